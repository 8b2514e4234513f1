using SaasLlm.Application.Ports;
using SaasLlm.Application.Usage;
using SaasLlm.Domain.Usage;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Usage;

internal sealed class UsageRepository(PostgresSession session) : IUsageRepository
{
    private const string JobsOf =
        """
        with usage as (
            select starts_at, job_type, jobs, completed, failed, tokens, cost_usd, credits
            from job_usage
            where job_type <> ''
        """;

    private const string QueuedJobsOf =
        """
            union all
            select at, job_type, jobs, completed, failed, tokens, cost_usd, credits
            from read_queued_usage()
            where job_type <> ''
        """;

    // One scan gives the summary, the types and the days: they cannot disagree.
    private const string SummaryTypesAndDays =
        """
        )
        select
            grouping(job_type) = 0 as is_type,
            grouping((starts_at at time zone 'utc')::date) = 0 as is_day,
            job_type,
            (starts_at at time zone 'utc')::date as day,
            coalesce(sum(jobs), 0)::bigint as jobs,
            coalesce(sum(completed), 0)::bigint as completed,
            coalesce(sum(failed), 0)::bigint as failed,
            coalesce(sum(cost_usd), 0) as cost_usd,
            coalesce(sum(credits), 0) as credits_used,
            coalesce(sum(tokens), 0)::bigint as tokens
        from usage
        group by grouping sets ((), (job_type), ((starts_at at time zone 'utc')::date))
        order by job_type, day
        """;

    private const string OfTeam =
        JobsOf + UsageSql.InCover + UsageSql.OfTeam + QueuedJobsOf + UsageSql.InPeriod + UsageSql.OfTeam + SummaryTypesAndDays;

    private const string OfOrganization =
        JobsOf + UsageSql.InCover + UsageSql.OfOrganization + QueuedJobsOf + UsageSql.InPeriod + UsageSql.OfOrganization + SummaryTypesAndDays;

    public async Task<UsageFigures> GetAsync(string organizationId, string? teamId, UsagePeriod period, CancellationToken cancellationToken)
    {
        var days = new UsageSelection(UsageDimensions.Day, period.Cover(CalendarGrain.Day)) { OrganizationId = organizationId, TeamId = teamId };
        var groups = await session.QueryAsync<GroupRow>(teamId is null ? OfOrganization : OfTeam, Parameters(days), cancellationToken);

        var modelGroups = new Dictionary<string, ModelGroupUsage>(StringComparer.Ordinal);
        var models = days with { Dimensions = UsageDimensions.ModelGroup, Cover = period.Cover() };
        await foreach (var line in ListAsync(models, cancellationToken))
            modelGroups.Add(line.ModelGroup ?? "", new ModelGroupUsage(line.TotalCalls, line.FailedCalls, line.TotalTokens, line.TotalCostUsd));

        var total = groups.Single(row => row is { IsType: false, IsDay: false });
        return new UsageFigures(
            new UsageSummary
            {
                TotalJobs = total.Jobs,
                SuccessfulJobs = total.Completed,
                FailedJobs = total.Failed,
                TotalCostUsd = total.CostUsd,
                CreditsUsed = total.CreditsUsed,
                TotalTokens = total.Tokens,
            },
            groups.Where(row => row.IsType).ToDictionary(
                row => row.JobType!, row => new JobTypeUsage(row.Jobs, row.CostUsd, row.CreditsUsed), StringComparer.Ordinal),
            [.. groups.Where(row => row.IsDay).Select(row => new DayUsage(DateOnly.FromDateTime(row.Day!.Value), row.Jobs, row.CostUsd, row.CreditsUsed))],
            modelGroups);
    }

    public IAsyncEnumerable<UsageLine> ListAsync(UsageSelection selection, CancellationToken cancellationToken) =>
        session.StreamAsync<UsageLine>(UsageSql.For(selection), Parameters(selection), cancellationToken);

    public IAsyncEnumerable<UsageLine> ListDearestJobsAsync(UsagePeriod period, int limit, CancellationToken cancellationToken) =>
        session.StreamAsync<UsageLine>(
            """
            with dearest as (
                select job_id, team_id, job_type, user_id, created_at, final_cost_usd, credits_charged, price_usd, refunded_at
                from jobs
                where final_cost_usd is not null
                and job_id >= uuid_floor(@From)
                and job_id < uuid_floor(@To)
                order by final_cost_usd desc, job_id
                limit @limit
            )
            select
                dearest.job_id,
                dearest.created_at as starts_at,
                team.organization_id,
                dearest.team_id,
                dearest.job_type,
                dearest.user_id,
                calls.number as total_calls,
                calls.failed as failed_calls,
                calls.tokens as total_tokens,
                dearest.final_cost_usd as total_cost_usd,
                case when dearest.refunded_at is null then dearest.credits_charged else 0 end as credits_used,
                case when dearest.refunded_at is null then coalesce(dearest.price_usd, 0) else 0 end as revenue_usd
            from dearest
            join teams as team using (team_id)
            cross join lateral (
                select
                    count(*) as number,
                    count(*) filter (where call.status = 'failed') as failed,
                    coalesce(sum(call.prompt_tokens + call.completion_tokens), 0)::bigint as tokens
                from llm_calls as call
                where call.job_id = dearest.job_id
            ) as calls
            order by dearest.final_cost_usd desc, dearest.job_id
            """,
            new { period.From, period.To, limit },
            cancellationToken);

    private static object Parameters(UsageSelection selection) => new
    {
        selection.Cover.From,
        selection.Cover.DaysFrom,
        selection.Cover.MonthsFrom,
        selection.Cover.QuartersFrom,
        selection.Cover.QuartersTo,
        selection.Cover.MonthsTo,
        selection.Cover.DaysTo,
        selection.Cover.To,
        selection.OrganizationId,
        selection.TeamId,
        selection.JobType,
        selection.JobsOnly,
        selection.Dearest,
        Bucket = selection.Dimensions.HasFlag(UsageDimensions.Hour) ? "hour" : selection.Dimensions.HasFlag(UsageDimensions.Day) ? "day" : selection.Dimensions.HasFlag(UsageDimensions.Month) ? "month" : null,
        ByOrganization = selection.Dimensions.HasFlag(UsageDimensions.Organization),
        ByTeam = selection.Dimensions.HasFlag(UsageDimensions.Team),
        ByJobType = selection.Dimensions.HasFlag(UsageDimensions.JobType),
        ByModelGroup = selection.Dimensions.HasFlag(UsageDimensions.ModelGroup),
        ByModel = selection.Dimensions.HasFlag(UsageDimensions.Model),
        ByProvider = selection.Dimensions.HasFlag(UsageDimensions.Provider),
    };

    private sealed record GroupRow
    {
        public bool IsType { get; init; }

        public bool IsDay { get; init; }

        public string? JobType { get; init; }

        public DateTime? Day { get; init; }

        public long Jobs { get; init; }

        public long Completed { get; init; }

        public long Failed { get; init; }

        public decimal CostUsd { get; init; }

        public decimal CreditsUsed { get; init; }

        public long Tokens { get; init; }
    }
}
