using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>What was used by all, or by one team or organization, grouped as asked for.</summary>
/// <param name="GroupBy">See <see cref="UsageDimensions"/>; null: by day.</param>
/// <param name="Period">See <see cref="UsagePeriod"/>, as are the two ends.</param>
public sealed record GetUsage(string? GroupBy, string? Period, string? From, string? To, string? TeamId, string? OrganizationId, string? JobType)
    : IRequest<Result<UsageReport>>;

/// <param name="Data">Read while it is written out.</param>
public sealed record UsageReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string> GroupBy, IAsyncEnumerable<UsageLine> Data)
{
    internal static UsageReport Of(UsagePeriod period, UsageSelection selection, IAsyncEnumerable<UsageLine> lines) =>
        new(period.From, period.To, UsageDimensionNames.NamesOf(selection.Dimensions), lines);
}

internal sealed class GetUsageValidator : AbstractValidator<GetUsage>
{
    public GetUsageValidator()
    {
        RuleFor(query => query.TeamId).ValidText(255);
        RuleFor(query => query.OrganizationId).ValidText(255);
        RuleFor(query => query.JobType).ValidText(255);
    }
}

internal sealed class GetUsageHandler(IUsageRepository usage, TimeProvider time) : IRequestHandler<GetUsage, Result<UsageReport>>
{
    private const UsageDimensions Known = (UsageDimensions)1023;

    public Task<Result<UsageReport>> Handle(GetUsage query, CancellationToken cancellationToken) => Task.FromResult(Read(query, cancellationToken));

    private Result<UsageReport> Read(GetUsage query, CancellationToken cancellationToken)
    {
        var dimensions = UsageDimensionNames.Parse(query.GroupBy ?? "day", Known);
        if (!dimensions.IsSuccess)
            return dimensions.Error;
        var period = UsagePeriod.Parse(query.Period, query.From, query.To, time.GetUtcNow());
        if (!period.IsSuccess)
            return period.Error;

        var selection = new UsageSelection(dimensions.Value, period.Value.Cover(UsageDimensionNames.CoarsestOf(dimensions.Value)))
        {
            TeamId = query.TeamId,
            OrganizationId = query.OrganizationId,
            JobType = query.JobType,
        };
        if (selection.IsByUser && !selection.Cover.IsWholeDays)
            return Error.Field("from", "and to must be whole days where it is grouped by user.");
        if (selection is { IsByUser: true, JobType: not null })
            return Error.Field("job_type", "does not go with group_by=user.");
        return UsageReport.Of(period.Value, selection, usage.ListAsync(selection, cancellationToken));
    }
}
