namespace SaasLlm.Application.Identities;

/// <summary>A user as the operator sees them.</summary>
public sealed record UserResponse
{
    public required string UserId { get; init; }

    /// <summary>Null where the identity provider tells none.</summary>
    public string? Email { get; init; }

    public required string Name { get; init; }

    public required bool IsOperator { get; init; }

    /// <summary><c>active</c> or <c>disabled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>False: signs in through the identity provider only.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>Until then no password is looked at; null: not locked.</summary>
    public DateTimeOffset? LockedUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
