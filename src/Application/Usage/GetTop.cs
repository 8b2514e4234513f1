using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>The models, jobs, teams or users that cost most, dearest first.</summary>
/// <param name="By"><c>models</c>, <c>jobs</c> (those that have ended), <c>teams</c> or <c>users</c>; null: models.</param>
/// <param name="Period">See <see cref="UsagePeriod"/>, as are the two ends.</param>
/// <param name="Limit">1 to 200; null: 10.</param>
public sealed record GetTop(string? By, string? Period, string? From, string? To, int? Limit) : IRequest<Result<TopReport>>;

/// <param name="Data">Read while it is written out.</param>
public sealed record TopReport(DateTimeOffset From, DateTimeOffset To, string By, IAsyncEnumerable<UsageLine> Data);

internal sealed class GetTopHandler(IUsageRepository usage, TimeProvider time) : IRequestHandler<GetTop, Result<TopReport>>
{
    private const int DefaultLimit = 10;

    public Task<Result<TopReport>> Handle(GetTop query, CancellationToken cancellationToken) => Task.FromResult(Read(query, cancellationToken));

    private Result<TopReport> Read(GetTop query, CancellationToken cancellationToken)
    {
        if (query.Limit is < 1 or > PageRequest.MaxLimit)
            return Error.Field("limit", $"must be 1 to {PageRequest.MaxLimit}.");
        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;

        var by = query.By ?? "models";
        var limit = query.Limit ?? DefaultLimit;
        var dimensions = by switch
        {
            "models" => UsageDimensions.Model | UsageDimensions.Provider,
            "teams" => UsageDimensions.Organization | UsageDimensions.Team,
            "users" => UsageDimensions.Organization | UsageDimensions.Team | UsageDimensions.User,
            _ => UsageDimensions.None,
        };
        var cover = period.Value.Cover(UsageDimensionNames.CoarsestOf(dimensions));
        if (by == "jobs")
            return new TopReport(period.Value.From, period.Value.To, by, usage.ListDearestJobsAsync(period.Value, limit, cancellationToken));
        if (dimensions == UsageDimensions.None)
            return Error.Field("by", "must be models, jobs, teams or users.");
        if (by == "users" && !cover.IsWholeDays)
            return Error.Field("from", "and to must be whole days for users.");

        return new TopReport(
            period.Value.From, period.Value.To, by, usage.ListAsync(new UsageSelection(dimensions, cover) { Dearest = limit }, cancellationToken));
    }
}
