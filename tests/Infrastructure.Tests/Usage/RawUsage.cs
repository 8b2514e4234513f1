namespace SaasLlm.Infrastructure.Tests.Usage;

/// <summary>What the rollups must come to, by plain SQL over jobs and calls.</summary>
internal static class RawUsage
{
    public const string ByJob =
        """
        with work as (
            select
                job.created_at as at,
                team.organization_id,
                job.team_id,
                job.job_type,
                1 as jobs,
                (job.status = 'completed')::int as completed,
                (job.status = 'failed')::int as failed,
                (job.status = 'cancelled')::int as cancelled,
                0 as calls,
                0 as failed_calls,
                0 as tokens,
                0 as cost_usd,
                case when job.refunded_at is null then job.credits_charged else 0 end as credits,
                case when job.refunded_at is null and job.completed_at is not null then coalesce(job.price_usd, 0) else 0 end as revenue_usd
            from jobs as job
            join teams as team using (team_id)
            union all
            select
                coalesce(job.created_at, call.created_at), coalesce(call.organization_id, team.organization_id), coalesce(call.team_id, ''),
                coalesce(job.job_type, ''), 0, 0, 0, 0, 1, (call.status = 'failed')::int, call.prompt_tokens + call.completion_tokens,
                call.cost_usd, call.credits, (call.credits - call.credits_written_off) * 0.001
            from llm_calls as call
            left join jobs as job using (job_id)
            left join teams as team on team.team_id = call.team_id
        )
        select
            grain, date_trunc(grain, at, 'utc'), organization_id, team_id, job_type, sum(jobs), sum(completed), sum(failed), sum(cancelled), sum(calls),
            sum(failed_calls), sum(tokens), trim_scale(sum(cost_usd)), trim_scale(sum(credits)), trim_scale(sum(revenue_usd))
        from work
        cross join unnest('{hour,day,month}'::text[]) as grain
        group by 1, 2, 3, 4, 5
        order by 1, 2, 3, 4, 5
        """;

    public const string ByModel =
        """
        with shared as (
            select
                job.job_id,
                call.call_id,
                case when job.refunded_at is null and job.completed_at is not null then coalesce(job.price_usd, 0) else 0 end as price_usd,
                case when job.refunded_at is null then job.credits_charged else 0 end as credits,
                case when sum(call.cost_usd) over job > 0 then call.cost_usd else 1 end as part
            from jobs as job
            left join llm_calls as call on call.job_id = job.job_id and not call.late
            window job as (partition by job.job_id)
        ),
        sums as (
            select
                job_id,
                call_id,
                price_usd,
                credits,
                part,
                sum(part) over (partition by job_id order by call_id) as upto,
                sum(part) over (partition by job_id) as whole
            from shared
        ),
        shares as (
            select
                job_id,
                call_id,
                round(price_usd * upto / whole, 10) - round(price_usd * (upto - part) / whole, 10) as revenue_usd,
                round(credits * upto / whole, 6) - round(credits * (upto - part) / whole, 6) as credits
            from sums
        ),
        work as (
            select
                coalesce(job.created_at, call.created_at) as at,
                coalesce(call.organization_id, team.organization_id) as organization_id,
                coalesce(call.team_id, job.team_id, '') as team_id,
                coalesce(job.job_type, '') as job_type,
                coalesce(call.model_group, '') as model_group,
                coalesce(call.model, '') as model,
                coalesce(call.provider, '') as provider,
                (call.call_id is not null)::int as calls,
                (call.call_id is not null and call.status = 'failed')::int as failed_calls,
                coalesce(call.prompt_tokens + call.completion_tokens, 0) as tokens,
                coalesce(call.cost_usd, 0) as cost_usd,
                coalesce(call.credits, 0) + coalesce(shares.credits, 0) as credits,
                coalesce((call.credits - call.credits_written_off) * 0.001, 0) + coalesce(shares.revenue_usd, 0) as revenue_usd
            from llm_calls as call
            full join shares on shares.call_id = call.call_id
            left join jobs as job on job.job_id = coalesce(call.job_id, shares.job_id)
            left join teams as team on team.team_id = coalesce(call.team_id, job.team_id)
        )
        select
            grain, date_trunc(grain, at, 'utc'), organization_id, team_id, job_type, model_group, model, provider, sum(calls), sum(failed_calls),
            sum(tokens), trim_scale(sum(cost_usd)), trim_scale(sum(credits)), trim_scale(sum(revenue_usd))
        from work
        cross join unnest('{hour,day,month}'::text[]) as grain
        group by 1, 2, 3, 4, 5, 6, 7, 8
        having sum(calls) > 0
        or sum(credits) > 0
        or sum(revenue_usd) > 0
        order by 1, 2, 3, 4, 5, 6, 7, 8
        """;

    public const string ByUser =
        """
        select
            grain, date_trunc(grain, job.created_at, 'utc'), team.organization_id, job.team_id, job.user_id, count(distinct job.job_id), count(call.call_id),
            trim_scale(coalesce(sum(call.cost_usd), 0))
        from jobs as job
        join teams as team using (team_id)
        left join llm_calls as call on call.job_id = job.job_id
        cross join unnest('{day,month,quarter}'::text[]) as grain
        where job.user_id is not null
        group by 1, 2, 3, 4, 5
        union all
        select
            grain, date_trunc(grain, created_at, 'utc'), organization_id, coalesce(team_id, ''), user_id, 0, count(*), trim_scale(sum(cost_usd))
        from llm_calls
        cross join unnest('{day,month,quarter}'::text[]) as grain
        where job_id is null
        and user_id is not null
        group by 1, 2, 3, 4, 5
        order by 1, 2, 3, 4, 5
        """;

    public const string ByCaller =
        """
        select
            (created_at at time zone 'utc')::date, organization_id, coalesce(team_id, ''), coalesce(user_id, ''), coalesce(model_group, model, ''),
            coalesce(provider, ''), count(*), count(*) filter (where status = 'failed'), sum(prompt_tokens + completion_tokens), trim_scale(sum(credits))
        from llm_calls
        where job_id is null
        group by 1, 2, 3, 4, 5, 6
        order by 1, 2, 3, 4, 5, 6
        """;

    public const string BySpending =
        """
        with spent as (
            select
                (call.created_at at time zone 'utc')::date as day,
                call.team_id,
                coalesce(call.organization_id, team.organization_id) as organization_id,
                call.cost_usd
            from llm_calls as call
            left join teams as team using (team_id)
        )
        select 'organization', organization_id, day, trim_scale(sum(cost_usd))
        from spent
        group by organization_id, day
        union all
        select 'team', team_id, day, trim_scale(sum(cost_usd))
        from spent
        where team_id is not null
        group by team_id, day
        order by 1, 2, 3
        """;

    /// <summary>The rollups in the columns of the above.</summary>
    public static readonly (string Raw, string Rolled)[] Pairs =
    [
        (ByJob,
            """
            select
                grain, starts_at, organization_id, team_id, job_type, jobs, completed, failed, cancelled, calls, failed_calls, tokens, trim_scale(cost_usd),
                trim_scale(credits), trim_scale(revenue_usd)
            from job_usage
            where organization_id <> ''
            order by 1, 2, 3, 4, 5
            """),
        (ByModel,
            """
            select
                grain, starts_at, organization_id, team_id, job_type, model_group, model, provider, calls, failed_calls, tokens, trim_scale(cost_usd),
                trim_scale(credits), trim_scale(revenue_usd)
            from model_usage
            where organization_id <> ''
            and (calls > 0 or credits > 0 or revenue_usd > 0)
            order by 1, 2, 3, 4, 5, 6, 7, 8
            """),
        (ByUser,
            """
            select grain, starts_at, organization_id, team_id, user_id, jobs, calls, trim_scale(cost_usd)
            from user_usage
            order by 1, 2, 3, 4, 5
            """),
        (ByCaller,
            """
            select day, organization_id, team_id, user_id, model, provider, calls, failed_calls, tokens, trim_scale(credits)
            from caller_usage
            order by 1, 2, 3, 4, 5, 6
            """),
        (BySpending,
            """
            select scope, scope_id, day, trim_scale(cost_usd)
            from spend_days
            order by 1, 2, 3
            """),
        (WholeByJob,
            """
            select grain, starts_at, job_type, jobs, completed, failed, cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from job_usage
            where organization_id = ''
            order by 1, 2, 3
            """),
        (WholeByModel,
            """
            select grain, starts_at, job_type, model_group, model, provider, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from model_usage
            where organization_id = ''
            order by 1, 2, 3, 4, 5, 6
            """),
    ];

    private const string WholeByJob =
        """
        select
            grain, starts_at, job_type, sum(jobs)::bigint, sum(completed)::bigint, sum(failed)::bigint, sum(cancelled)::bigint, sum(calls)::bigint,
            sum(failed_calls)::bigint, sum(tokens)::bigint, sum(cost_usd), sum(credits), sum(revenue_usd)
        from job_usage
        where organization_id <> ''
        group by grain, starts_at, job_type
        order by 1, 2, 3
        """;

    private const string WholeByModel =
        """
        select
            grain, starts_at, job_type, model_group, model, provider, sum(calls)::bigint, sum(failed_calls)::bigint, sum(tokens)::bigint,
            sum(cost_usd), sum(credits), sum(revenue_usd)
        from model_usage
        where organization_id <> ''
        group by grain, starts_at, job_type, model_group, model, provider
        order by 1, 2, 3, 4, 5, 6
        """;
}
