namespace SaasLlm.Application.Credits;

/// <summary>What a team's wallet holds, in credits.</summary>
public sealed record BalanceResponse
{
    public required string TeamId { get; init; }

    public required string OrganizationId { get; init; }

    /// <summary>Ever granted, less what was taken back.</summary>
    public required decimal CreditsAllocated { get; init; }

    /// <summary>Charged, less refunds.</summary>
    public required decimal CreditsUsed { get; init; }

    /// <summary>Held for running jobs.</summary>
    public required decimal CreditsReserved { get; init; }

    /// <summary>Allocated less used.</summary>
    public required decimal CreditsRemaining { get; init; }

    /// <summary>Remaining less reserved, and the grace: what new jobs can take.</summary>
    public required decimal CreditsAvailable { get; init; }

    /// <summary>How far below zero the wallet may go.</summary>
    public required decimal GraceCredits { get; init; }

    /// <summary>Used of allocated, in per cent with two decimals; 0 where nothing is allocated.</summary>
    public required decimal PercentageUsed { get; init; }

    public required bool Unlimited { get; init; }

    /// <summary>How jobs are charged: <c>job_based</c>, <c>consumption_usd</c>, <c>consumption_tokens</c> or <c>unlimited</c>.</summary>
    public required string BudgetMode { get; init; }

    /// <summary>The team's status.</summary>
    public required string Status { get; init; }
}

/// <summary>One entry of the ledger.</summary>
public sealed record TransactionResponse
{
    public required Guid TransactionId { get; init; }

    public required long EntryNo { get; init; }

    /// <summary>allocation, reservation, charge, release, refund, adjustment, refill, expiry or writeoff.</summary>
    public required string Kind { get; init; }

    public required string DebitAccount { get; init; }

    public required string CreditAccount { get; init; }

    /// <summary>Credits moved, above zero.</summary>
    public required decimal Amount { get; init; }

    /// <summary>What new jobs could take after it, in credits.</summary>
    public required decimal BalanceAfter { get; init; }

    public Guid? JobId { get; init; }

    public Guid? CallId { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One page of the ledger, newest first.</summary>
public sealed record TransactionList(string TeamId, IReadOnlyList<TransactionResponse> Data, string? NextCursor)
{
    public IReadOnlyList<TransactionResponse> Transactions => Data;
}
