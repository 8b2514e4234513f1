using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Usage;

/// <summary>
/// Sums over the rollup that has what they are grouped by, and over what is not yet in it. Whose sums they are is in the text,
/// not a parameter that may be null: only so has each its index.
/// </summary>
internal static class UsageSql
{
    /// <summary>The whole months, days and hours of a cover.</summary>
    public const string InCover =
        """

            and (
                (grain = 'month' and starts_at >= @MonthsFrom and starts_at < @MonthsTo)
                or (grain = 'day' and starts_at >= @DaysFrom and starts_at < @MonthsFrom)
                or (grain = 'day' and starts_at >= @MonthsTo and starts_at < @DaysTo)
                or (grain = 'hour' and starts_at >= @From and starts_at < @DaysFrom)
                or (grain = 'hour' and starts_at >= @DaysTo and starts_at < @To))

        """;

    public const string InPeriod =
        """

            and at >= @From
            and at < @To

        """;

    public const string OfTeam =
        """

            and team_id = @TeamId
            and (@OrganizationId::text is null or organization_id = @OrganizationId)

        """;

    public const string OfOrganization =
        """

            and organization_id = @OrganizationId

        """;

    private const string OfJobType =
        """

            and (@JobType::text is null or job_type = @JobType)
            and (not @JobsOnly or job_type <> '')

        """;

    private const string ByJob =
        """
        with usage as (
            select
                starts_at, organization_id, team_id, job_type, null as model_group, null as model, null as provider, null as user_id, jobs,
                completed, failed, cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from job_usage
            where true
        """;

    private const string ByJobQueued =
        """
            union all
            select
                at, organization_id, team_id, job_type, null, null, null, null, jobs, completed, failed, cancelled, calls, failed_calls, tokens,
                cost_usd, credits, revenue_usd
            from read_queued_usage()
            where true
        """;

    private const string ByModel =
        """
        with usage as (
            select
                starts_at, organization_id, team_id, job_type, model_group, model, provider, null as user_id, null::bigint as jobs,
                null::bigint as completed, null::bigint as failed, null::bigint as cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from model_usage
            where true
        """;

    private const string ByModelQueued =
        """
            union all
            select
                at, organization_id, team_id, job_type, model_group, model, provider, null, null, null, null, null, calls, failed_calls, tokens,
                cost_usd, credits, revenue_usd
            from read_queued_usage()
            where model_group is not null
        """;

    private const string ByUser =
        """
        with usage as (
            select
                starts_at, organization_id, team_id, null as job_type, null as model_group, null as model, null as provider, user_id, jobs,
                null::bigint as completed, null::bigint as failed, null::bigint as cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from user_usage
            where true
        """;

    private const string ByUserQueued =
        """
            union all
            select
                at, organization_id, team_id, null, null, null, null, user_id, jobs, null, null, null, calls, failed_calls, tokens, cost_usd,
                credits, revenue_usd
            from read_queued_usage()
            where user_id <> ''
        """;

    private const string Sums =
        """
        )
        select
            date_trunc(@Bucket::text, starts_at, 'utc') as starts_at,
            case when @ByOrganization then nullif(organization_id, '') end as organization_id,
            case when @ByTeam then nullif(team_id, '') end as team_id,
            case when @ByJobType then nullif(job_type, '') end as job_type,
            case when @ByModelGroup then nullif(model_group, '') end as model_group,
            case when @ByModel then nullif(model, '') end as model,
            case when @ByProvider then nullif(provider, '') end as provider,
            case when @ByUser then user_id end as user_id,
            sum(jobs)::bigint as total_jobs,
            sum(completed)::bigint as successful_jobs,
            sum(failed)::bigint as failed_jobs,
            sum(cancelled)::bigint as cancelled_jobs,
            sum(calls)::bigint as total_calls,
            sum(failed_calls)::bigint as failed_calls,
            sum(tokens)::bigint as total_tokens,
            sum(cost_usd) as total_cost_usd,
            sum(credits) as credits_used,
            sum(revenue_usd) as revenue_usd
        from usage
        group by 1, 2, 3, 4, 5, 6, 7, 8
        order by case when @Dearest::integer is not null then sum(cost_usd) end desc nulls last, 1, 2, 3, 4, 5, 6, 7, 8
        limit @Dearest::integer
        """;

    private static readonly Dictionary<(Source, Scope), string> Texts = Combine();

    private enum Source
    {
        Jobs,
        Models,
        Users,
    }

    private enum Scope
    {
        All,
        Organization,
        Team,
    }

    public static string For(UsageSelection selection) =>
        Texts[(
            selection.IsByUser ? Source.Users : selection.IsByModel ? Source.Models : Source.Jobs,
            selection.TeamId is not null ? Scope.Team : selection.OrganizationId is not null ? Scope.Organization : Scope.All)];

    private static Dictionary<(Source, Scope), string> Combine()
    {
        var texts = new Dictionary<(Source, Scope), string>();
        foreach (var (scope, filter) in new[] { (Scope.All, ""), (Scope.Organization, OfOrganization), (Scope.Team, OfTeam) })
        {
            texts.Add((Source.Jobs, scope), ByJob + InCover + filter + OfJobType + ByJobQueued + InPeriod + filter + OfJobType + Sums);
            texts.Add((Source.Models, scope), ByModel + InCover + filter + OfJobType + ByModelQueued + InPeriod + filter + OfJobType + Sums);
            texts.Add((Source.Users, scope), ByUser + InCover + filter + ByUserQueued + InPeriod + filter + Sums);
        }

        return texts;
    }
}
