using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>What was earned, what it cost and what is left, grouped as asked for.</summary>
/// <param name="GroupBy">Of team, organization, job_type, model and month; null: all in one.</param>
/// <param name="Period">See <see cref="UsagePeriod"/>, as are the two ends.</param>
public sealed record GetMargins(string? GroupBy, string? Period, string? From, string? To) : IRequest<Result<MarginReport>>;

/// <param name="Data">Read while it is written out.</param>
public sealed record MarginReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string> GroupBy, IAsyncEnumerable<MarginLine> Data);

/// <summary>One sum of the report, in USD. What it was not grouped by is left out.</summary>
public sealed record MarginLine
{
    /// <summary>The month's beginning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? StartsAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrganizationId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TeamId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? JobType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    public required decimal RevenueUsd { get; init; }

    public required decimal CostUsd { get; init; }

    public decimal MarginUsd => RevenueUsd - CostUsd;

    /// <summary>The margin in per cent of the revenue, to two decimals; null where nothing was earned.</summary>
    public decimal? MarginPercent => RevenueUsd == 0 ? null : decimal.Round(MarginUsd / RevenueUsd * 100, 2, MidpointRounding.AwayFromZero);
}

internal sealed class GetMarginsHandler(IUsageRepository usage, TimeProvider time) : IRequestHandler<GetMargins, Result<MarginReport>>
{
    private const UsageDimensions Known =
        UsageDimensions.Month | UsageDimensions.Organization | UsageDimensions.Team | UsageDimensions.JobType | UsageDimensions.Model;

    public Task<Result<MarginReport>> Handle(GetMargins query, CancellationToken cancellationToken) => Task.FromResult(Read(query, cancellationToken));

    private Result<MarginReport> Read(GetMargins query, CancellationToken cancellationToken)
    {
        var dimensions = UsageDimensionNames.Parse(query.GroupBy, Known);
        if (!dimensions.IsSuccess)
            return dimensions.Error;
        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;

        var lines = usage.ListAsync(new UsageSelection(dimensions.Value, period.Value.Cover()), cancellationToken);
        return new MarginReport(period.Value.From, period.Value.To, UsageDimensionNames.NamesOf(dimensions.Value), ToMargins(lines, cancellationToken));
    }

    private static async IAsyncEnumerable<MarginLine> ToMargins(IAsyncEnumerable<UsageLine> lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            yield return new MarginLine
            {
                StartsAt = line.StartsAt,
                OrganizationId = line.OrganizationId,
                TeamId = line.TeamId,
                JobType = line.JobType,
                Model = line.Model,
                RevenueUsd = line.RevenueUsd,
                CostUsd = line.TotalCostUsd,
            };
        }
    }
}
