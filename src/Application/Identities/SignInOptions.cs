using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Application.Identities;

/// <summary>Configuration section <c>Auth:SignIn</c>.</summary>
public sealed record SignInOptions
{
    public const string Section = "Auth:SignIn";

    /// <summary>After how many wrong passwords in a row an account is locked; 1 to 100, default 5.</summary>
    [Range(1, 100)]
    public int MaxFailedAttempts { get; init; } = 5;

    /// <summary>For how long it is locked then, in minutes; 1 to 1,440, default 15.</summary>
    [Range(1, 1440)]
    public int LockoutMinutes { get; init; } = 15;

    /// <summary>How long a session lasts, in minutes; 1 to 43,200 (30 days), default 720 (12 h).</summary>
    [Range(1, 43_200)]
    public int SessionMinutes { get; init; } = 720;
}
