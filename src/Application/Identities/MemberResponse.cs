namespace SaasLlm.Application.Identities;

/// <summary>A member of an organization.</summary>
public sealed record MemberResponse
{
    public required string OrganizationId { get; init; }

    public required string UserId { get; init; }

    public string? Email { get; init; }

    public required string Name { get; init; }

    /// <summary><c>owner</c>, <c>admin</c> or <c>member</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Of the user: <c>active</c> or <c>disabled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When they joined.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
