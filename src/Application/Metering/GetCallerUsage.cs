using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Usage;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>What a caller's metered calls came to; an organization's admin may ask for everybody's.</summary>
/// <param name="Period">See <see cref="UsagePeriod"/>; null: this month.</param>
/// <param name="Scope"><c>organization</c>: all callers of it; null: the caller's own.</param>
public sealed record GetCallerUsage(Caller Caller, string? Period, string? Scope) : IRequest<Result<CallerUsage>>;

/// <summary>Costs are in credits.</summary>
public sealed record CallerUsage
{
    public required string Period { get; init; }

    public required long TotalRequests { get; init; }

    public required long FailedRequests { get; init; }

    public required long TotalTokens { get; init; }

    public required decimal TotalCost { get; init; }

    public required decimal AvgCostPerRequest { get; init; }

    /// <summary>Not shown to teams, which do not know who serves them.</summary>
    public required IReadOnlyList<ProviderUsage> Providers { get; init; }

    public required IReadOnlyList<ModelUsage> Models { get; init; }

    public required IReadOnlyList<DayUsage> Days { get; init; }
}

public sealed record ProviderUsage(string Provider, long Requests, long Tokens, decimal Cost);

public sealed record ModelUsage(string Model, long Requests, long Tokens, decimal Cost);

public sealed record DayUsage(DateOnly Day, long Requests, long Tokens, decimal Cost);

internal sealed class GetCallerUsageHandler(IPayerDirectory payers, IMeteringRepository metering, TimeProvider time)
    : IRequestHandler<GetCallerUsage, Result<CallerUsage>>
{
    private static readonly Error NotAdmin =
        new("admin_required", "Only owners and admins of the organization see everybody's usage.", ErrorKind.Forbidden);

    public async Task<Result<CallerUsage>> Handle(GetCallerUsage query, CancellationToken cancellationToken)
    {
        var period = UsagePeriod.Parse(query.Period, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;
        if (query.Scope is not (null or "own" or "organization"))
            return Error.Field("scope", "must be own or organization.");

        var payer = await payers.FindAsync(query.Caller, cancellationToken);
        if (!payer.IsSuccess)
            return payer.Error;

        var organizationId = payer.Value.OrganizationId;
        var everybodys = query.Scope == "organization";
        if (everybodys && !query.Caller.Manages(organizationId))
            return NotAdmin;

        var scope = everybodys ? new UsageScope(organizationId, null, null) : new UsageScope(organizationId, query.Caller.TeamId, query.Caller.UserId);
        var rows = await metering.GetUsageAsync(
            scope, DateOnly.FromDateTime(period.Value.From.UtcDateTime), DateOnly.FromDateTime(period.Value.To.UtcDateTime), cancellationToken);
        return ToUsage(period.Value.Text, rows, showProviders: query.Caller.TeamId is null);
    }

    private static CallerUsage ToUsage(string period, IReadOnlyList<UsageRow> rows, bool showProviders)
    {
        var total = rows.Single(row => row is { Provider: null, Model: null, Day: null });
        return new CallerUsage
        {
            Period = period,
            TotalRequests = total.Requests,
            FailedRequests = total.FailedRequests,
            TotalTokens = total.Tokens,
            TotalCost = total.Cost,
            AvgCostPerRequest = total.Requests == 0 ? 0 : decimal.Round(total.Cost / total.Requests, Money.CreditDecimals, MidpointRounding.AwayFromZero),
            Providers = !showProviders
                ? []
                : [.. rows.Where(row => row.Provider is not null).OrderByDescending(row => row.Cost).Select(row => new ProviderUsage(row.Provider!, row.Requests, row.Tokens, row.Cost))],
            Models = [.. rows.Where(row => row.Model is not null).OrderByDescending(row => row.Cost).Select(row => new ModelUsage(row.Model!, row.Requests, row.Tokens, row.Cost))],
            Days = [.. rows.Where(row => row.Day is not null).OrderBy(row => row.Day).Select(row => new DayUsage(row.Day!.Value, row.Requests, row.Tokens, row.Cost))],
        };
    }
}
