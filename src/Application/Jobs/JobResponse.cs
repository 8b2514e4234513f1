using System.Text.Json;
using SaasLlm.Application.Pricing;

namespace SaasLlm.Application.Jobs;

/// <summary>A job as the API shows it.</summary>
public sealed record JobResponse
{
    public required Guid JobId { get; init; }

    public required string TeamId { get; init; }

    public required string JobType { get; init; }

    public string? UserId { get; init; }

    public string? ExternalTaskId { get; init; }

    /// <summary><c>pending</c>, <c>in_progress</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    public required JsonElement Metadata { get; init; }

    public string? ErrorMessage { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When the job fails by itself unless it is finished before.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public required int TotalCalls { get; init; }

    public required int SuccessfulCalls { get; init; }

    public required int FailedCalls { get; init; }

    public required long TotalTokens { get; init; }

    public required decimal TotalCostUsd { get; init; }

    public required bool CreditApplied { get; init; }

    public required decimal CreditsCharged { get; init; }
}

/// <summary>One page of jobs, newest first.</summary>
public sealed record JobList(IReadOnlyList<JobResponse> Data, string? NextCursor)
{
    public IReadOnlyList<JobResponse> Jobs => Data;
}

/// <summary>The answer to a finished job; the same whenever it is asked again.</summary>
public sealed record JobCompletion
{
    public required Guid JobId { get; init; }

    public required string Status { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    public required JobTotals Costs { get; init; }

    /// <summary>The calls that were settled before the job ended, oldest first.</summary>
    public required IReadOnlyList<CompletedCall> Calls { get; init; }
}

public sealed record JobTotals
{
    public required int TotalCalls { get; init; }

    public required int SuccessfulCalls { get; init; }

    public required int FailedCalls { get; init; }

    public required long TotalTokens { get; init; }

    /// <summary>What the calls cost at the providers, in USD.</summary>
    public required decimal TotalCostUsd { get; init; }

    /// <summary>Mean latency of the calls, in whole ms.</summary>
    public required long AvgLatencyMs { get; init; }

    /// <summary>True where the job took credits.</summary>
    public required bool CreditApplied { get; init; }

    public required decimal CreditsCharged { get; init; }

    /// <summary>What the wallet had left when the job ended: allocated less used, in credits.</summary>
    public required decimal CreditsRemaining { get; init; }
}

public sealed record CompletedCall
{
    public required Guid CallId { get; init; }

    public string? Purpose { get; init; }

    public string? ModelGroup { get; init; }

    public required int Tokens { get; init; }

    public required int LatencyMs { get; init; }

    /// <summary>Null where the call succeeded.</summary>
    public string? Error { get; init; }
}

/// <summary>What a job cost, call by call; only for operators, since it names models and providers.</summary>
public sealed record JobCostsResponse
{
    public required Guid JobId { get; init; }

    public required string TeamId { get; init; }

    public required string JobType { get; init; }

    public required string Status { get; init; }

    public required JobCosts Costs { get; init; }
}

public sealed record JobCosts
{
    public required int TotalCalls { get; init; }

    public required int SuccessfulCalls { get; init; }

    public required int FailedCalls { get; init; }

    public required long TotalTokens { get; init; }

    public required decimal TotalCostUsd { get; init; }

    public required long AvgLatencyMs { get; init; }

    public required decimal CreditsCharged { get; init; }

    /// <summary>Calls that were still running when the job ended; not in the totals.</summary>
    public required int LateCalls { get; init; }

    public required decimal LateCostUsd { get; init; }

    /// <summary>What the customer is billed; null while the job runs, and where no rule says.</summary>
    public decimal? PriceUsd { get; init; }

    /// <summary>When the job was refunded: from then on it earns nothing; null: it was not.</summary>
    public DateTimeOffset? RefundedAt { get; init; }

    /// <summary>The price less the cost, late calls included; null without a price.</summary>
    public decimal? MarginUsd { get; init; }

    /// <summary>Of the price, with 4 decimals; null where that is zero or unknown.</summary>
    public decimal? MarginPercent { get; init; }

    /// <summary>The rule that made the price; null where none did.</summary>
    public Guid? PricingRuleId { get; init; }

    /// <summary>The same, in full.</summary>
    public PricingRuleResponse? PricingRule { get; init; }

    public required IReadOnlyList<CallCost> Breakdown { get; init; }
}

public sealed record CallCost
{
    public required Guid CallId { get; init; }

    public string? Model { get; init; }

    public string? Provider { get; init; }

    public string? UpstreamModel { get; init; }

    public string? ModelGroup { get; init; }

    public string? Purpose { get; init; }

    public required int PromptTokens { get; init; }

    public required int CompletionTokens { get; init; }

    public required int CachedTokens { get; init; }

    public required int ReasoningTokens { get; init; }

    /// <summary>upstream, delivered, drained, estimated, unknown or cached.</summary>
    public required string UsageSource { get; init; }

    public required decimal CostUsd { get; init; }

    /// <summary>What of it is the estimate for a second request that was given up for a faster answer; null: there was none.</summary>
    public decimal? HedgeCostUsd { get; init; }

    /// <summary>What the client is to pay, in USD: the provider's cost, and of a cached answer the configured share of it.</summary>
    public required decimal ClientCostUsd { get; init; }

    public required int LatencyMs { get; init; }

    /// <summary>Requests sent upstream for this call, retries and fallbacks included.</summary>
    public required int Attempts { get; init; }

    public required bool Streamed { get; init; }

    /// <summary>True where the job had ended before this call did.</summary>
    public required bool Late { get; init; }

    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
