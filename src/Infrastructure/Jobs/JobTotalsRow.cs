namespace SaasLlm.Infrastructure.Jobs;

/// <summary>A job's totals as they stand in its row.</summary>
internal record JobTotalsRow
{
    public Guid JobId { get; init; }

    public string Status { get; init; } = "";

    public int TotalCalls { get; init; }

    public int SuccessfulCalls { get; init; }

    public int FailedCalls { get; init; }

    public long TotalTokens { get; init; }

    public decimal TotalCostUsd { get; init; }

    public long TotalLatencyMs { get; init; }

    public decimal CreditsCharged { get; init; }

    /// <summary>Mean latency of the calls, in whole ms.</summary>
    public long AvgLatencyMs => TotalCalls == 0 ? 0 : (long)Math.Round((decimal)TotalLatencyMs / TotalCalls, MidpointRounding.AwayFromZero);
}
