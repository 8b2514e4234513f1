using SaasLlm.Application.Credits;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Metering;

namespace SaasLlm.Application.Ports;

/// <summary>What the LLM API shows of wallets and metered calls.</summary>
public interface IMeteringRepository
{
    Task<WalletFigures> GetWalletAsync(Guid accountId, CancellationToken cancellationToken);

    /// <summary>The wallet's transfers, newest first.</summary>
    Task<Page<TransactionResponse>> ListTransactionsAsync(Guid accountId, PageStart start, CancellationToken cancellationToken);

    /// <summary>Totals of the calls of one caller, or of a whole organization, over some days.</summary>
    /// <param name="fromDay">Inclusive.</param>
    /// <param name="toDay">Exclusive.</param>
    Task<IReadOnlyList<UsageRow>> GetUsageAsync(UsageScope scope, DateOnly fromDay, DateOnly toDay, CancellationToken cancellationToken);

    /// <summary>Calls counted against the organization's tier in the period that began on that day.</summary>
    Task<long> CountCallsAsync(string organizationId, QuotaPeriod period, DateOnly startsOn, CancellationToken cancellationToken);
}

/// <summary>A wallet's columns, in credits.</summary>
public sealed record WalletFigures
{
    public required decimal Allocated { get; init; }

    public required decimal Used { get; init; }

    public required decimal Reserved { get; init; }
}

/// <summary>Whose calls are counted.</summary>
/// <param name="TeamId">Null: not a team's.</param>
/// <param name="UserId">Null, and no team either: everybody's of the organization.</param>
public sealed record UsageScope(string OrganizationId, string? TeamId, string? UserId);

/// <summary>One group of calls; what is null was not grouped by.</summary>
public sealed record UsageRow
{
    public string? Provider { get; init; }

    public string? Model { get; init; }

    public DateOnly? Day { get; init; }

    public required long Requests { get; init; }

    public required long FailedRequests { get; init; }

    public required long Tokens { get; init; }

    public required decimal Cost { get; init; }
}
