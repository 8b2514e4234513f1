namespace SaasLlm.Application.Credits;

/// <summary>What an organization's pool holds, and what of it is set apart for single users, in credits.</summary>
public sealed record OrganizationCreditsResponse
{
    public required string OrganizationId { get; init; }

    /// <summary>Ever granted to the pool, less what was taken back, has expired or is allocated to users.</summary>
    public required decimal CreditsAllocated { get; init; }

    /// <summary>Charged to the pool.</summary>
    public required decimal CreditsUsed { get; init; }

    /// <summary>Held for running calls.</summary>
    public required decimal CreditsReserved { get; init; }

    /// <summary>Allocated less used.</summary>
    public required decimal CreditsRemaining { get; init; }

    /// <summary>Remaining less reserved: what new calls and allocations can take.</summary>
    public required decimal CreditsAvailable { get; init; }

    /// <summary>Used of allocated, in per cent with two decimals; 0 where nothing is allocated.</summary>
    public required decimal PercentageUsed { get; init; }

    /// <summary><c>elastic</c> or <c>strict</c>: how much a call holds while it runs.</summary>
    public required string HoldPolicy { get; init; }

    /// <summary>The organization's status.</summary>
    public required string Status { get; init; }

    /// <summary>One page of the users who have an allocation, in the order of their ids.</summary>
    public IReadOnlyList<AllocationResponse> Allocations { get; init; } = [];

    /// <summary>Null on the last page of allocations.</summary>
    public string? NextCursor { get; init; }
}

/// <summary>What one user has of the organization's credits.</summary>
public sealed record AllocationResponse
{
    public required string OrganizationId { get; init; }

    public required string UserId { get; init; }

    /// <summary>In all, used and held credits included.</summary>
    public required decimal CreditsAllocated { get; init; }

    /// <summary>Charged to it.</summary>
    public required decimal CreditsUsed { get; init; }

    /// <summary>Held for running calls.</summary>
    public required decimal CreditsReserved { get; init; }

    /// <summary>Allocated less used.</summary>
    public required decimal CreditsRemaining { get; init; }

    /// <summary>Remaining less reserved: what new calls can take.</summary>
    public required decimal CreditsAvailable { get; init; }

    /// <summary>Used of allocated, in per cent with two decimals; 0 where nothing is allocated.</summary>
    public required decimal PercentageUsed { get; init; }

    /// <summary><c>elastic</c> or <c>strict</c>: how much a call holds while it runs.</summary>
    public required string HoldPolicy { get; init; }
}
