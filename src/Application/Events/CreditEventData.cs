namespace SaasLlm.Application.Events;

/// <summary>What is told of a wallet that has crossed a threshold. The database's trigger writes it.</summary>
public sealed record CreditThresholdData
{
    /// <summary>Whose allocation it is; null: the team's wallet, or the organization's pool where there is no team.</summary>
    public string? UserId { get; init; }

    /// <summary>What was crossed.</summary>
    public required decimal Threshold { get; init; }

    /// <summary>Of the threshold: <c>percent</c> of the credits used, or <c>credits</c> remaining.</summary>
    public required string Unit { get; init; }

    public required decimal CreditsAllocated { get; init; }

    public required decimal CreditsUsed { get; init; }

    public required decimal CreditsRemaining { get; init; }

    /// <summary>With two decimals.</summary>
    public required decimal PercentageUsed { get; init; }
}

/// <summary>What is told of credits that were granted, refilled or given back. The database's trigger writes it.</summary>
public sealed record CreditsAddedData
{
    /// <summary>Whose allocation it is; null: the team's wallet, or the organization's pool where there is no team.</summary>
    public string? UserId { get; init; }

    /// <summary>The ledger's entry.</summary>
    public required Guid TransactionId { get; init; }

    /// <summary><c>allocation</c>, <c>refill</c> or <c>refund</c>.</summary>
    public required string Kind { get; init; }

    public required decimal CreditsAdded { get; init; }

    /// <summary>What the wallet could spend then.</summary>
    public required decimal CreditsAvailable { get; init; }

    /// <summary>The job of a refund; else null.</summary>
    public Guid? JobId { get; init; }

    public string? Reason { get; init; }
}
