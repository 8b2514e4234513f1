using SaasLlm.Application.Ports;
using SaasLlm.Application.Usage;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Usage;

internal sealed class UsageRepository(PostgresSession session) : IUsageRepository
{
    public async Task<UsageFigures> GetAsync(
        string? teamId, string? organizationId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var parameters = new { teamId, organizationId, from, to };

        // One scan of the period's jobs gives the summary, the types and the days: they cannot disagree.
        var groups = await session.QueryAsync<GroupRow>(
            """
            select
                grouping(job_type) = 0 as is_type,
                grouping((job.created_at at time zone 'utc')::date) = 0 as is_day,
                job_type,
                (job.created_at at time zone 'utc')::date as day,
                count(*) as jobs,
                count(*) filter (where job.status = 'completed') as completed,
                count(*) filter (where job.status = 'failed') as failed,
                coalesce(sum(total_cost_usd + late_cost_usd), 0) as cost_usd,
                coalesce(sum(credits_charged), 0) as credits_used,
                coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint as tokens
            from jobs as job
            join teams as team using (team_id)
            where (@teamId::text is null or job.team_id = @teamId)
            and (@organizationId::text is null or team.organization_id = @organizationId)
            and job.created_at >= @from
            and job.created_at < @to
            group by grouping sets ((), (job_type), ((job.created_at at time zone 'utc')::date))
            order by job_type, day
            """,
            parameters,
            cancellationToken);
        var models = await session.QueryAsync<ModelGroupRow>(
            """
            select
                coalesce(call.model_group, '') as model_group,
                count(*) as calls,
                count(*) filter (where call.status = 'failed') as failed_calls,
                coalesce(sum(call.prompt_tokens + call.completion_tokens), 0)::bigint as tokens,
                coalesce(sum(call.cost_usd), 0) as cost_usd
            from llm_calls as call
            join teams as team using (team_id)
            where (@teamId::text is null or call.team_id = @teamId)
            and (@organizationId::text is null or team.organization_id = @organizationId)
            and call.created_at >= @from
            and call.created_at < @to
            group by call.model_group
            order by call.model_group
            """,
            parameters,
            cancellationToken);

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
            models.ToDictionary(
                row => row.ModelGroup, row => new ModelGroupUsage(row.Calls, row.FailedCalls, row.Tokens, row.CostUsd), StringComparer.Ordinal));
    }

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

    private sealed record ModelGroupRow
    {
        public string ModelGroup { get; init; } = "";

        public long Calls { get; init; }

        public long FailedCalls { get; init; }

        public long Tokens { get; init; }

        public decimal CostUsd { get; init; }
    }
}
