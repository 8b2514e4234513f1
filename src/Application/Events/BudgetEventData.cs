namespace SaasLlm.Application.Events;

/// <summary>What is told of a monthly budget that is spent. The database writes it with the spending.</summary>
public sealed record BudgetEventData
{
    /// <summary><c>team</c> or <c>organization</c>.</summary>
    public required string Scope { get; init; }

    /// <summary><c>soft</c>, or <c>hard</c> where no new job begins any more.</summary>
    public required string Mode { get; init; }

    /// <summary><c>YYYY-MM</c>, in UTC.</summary>
    public required string Month { get; init; }

    /// <summary>When the next month's budget begins.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>The budget, in USD; the operator's webhooks alone are told.</summary>
    public decimal? MonthlyCostUsd { get; init; }

    /// <summary>What was spent then, in USD; the operator's webhooks alone are told.</summary>
    public decimal? SpentUsd { get; init; }
}
