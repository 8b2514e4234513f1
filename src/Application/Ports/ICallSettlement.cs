using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Makes finished calls durable by group commit. No answer's last byte goes out before its record is committed, so nothing
/// that a caller saw is ever lost.
/// </summary>
public interface ICallSettlement
{
    /// <summary>
    /// Completes when the record is committed. It is written even where the database is away for a while.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting, never the writing.</param>
    /// <exception cref="SettlementUnavailableException">The database did not take it in time; it stays queued and is written later.</exception>
    Task RecordAsync(CallRecord call, CancellationToken cancellationToken);
}

/// <summary>The record of a call could not be committed in time: the caller gets a 503, the record is still written when the database is back.</summary>
public sealed class SettlementUnavailableException : Exception
{
    public SettlementUnavailableException()
        : this("The database did not take the call's record in time.")
    {
    }

    public SettlementUnavailableException(string message)
        : base(message)
    {
    }

    public SettlementUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>One finished upstream call, as it is kept for ever.</summary>
public sealed record CallRecord
{
    /// <summary>UUID v7; recording the same id twice changes nothing.</summary>
    public required Guid CallId { get; init; }

    /// <summary>Null where the call is metered by itself.</summary>
    public required Guid? JobId { get; init; }

    /// <summary>Null where no team called.</summary>
    public required string? TeamId { get; init; }

    /// <summary>True where the job pays by what it uses, so that its wallet is trued up with the record.</summary>
    public bool IsByUse { get; init; }

    public string? Purpose { get; init; }

    /// <summary>The group, or the model alias, that the caller asked for.</summary>
    public string? ModelGroup { get; init; }

    /// <summary>The model that answered, or was tried last; null where none could be tried.</summary>
    public CatalogModel? Model { get; init; }

    public required bool Succeeded { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    public required bool Streamed { get; init; }

    public required TokenUsage Usage { get; init; }

    public required UsageSource UsageSource { get; init; }

    /// <summary>What the provider bills, in USD.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>What of <see cref="CostUsd"/> is the estimate for a second request that was given up; null where there was none.</summary>
    public decimal? HedgeCostUsd { get; init; }

    /// <summary>What the client is to pay for it, in USD; null: what the provider bills.</summary>
    public decimal? ClientCostUsd { get; init; }

    /// <summary>What it would probably have cost where nobody knows what was used, in USD: on record, charged to nobody.</summary>
    public decimal? EstimatedCostUsd { get; init; }

    public required int LatencyMs { get; init; }

    public required int Attempts { get; init; }

    public string? FinishReason { get; init; }

    public string? RequestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
