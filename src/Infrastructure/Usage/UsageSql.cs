using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Usage;

/// <summary>
/// Sums over the rollup that has what they are grouped by, and over what is not yet in it. Whose sums they are is in the text,
/// not a parameter that may be null: only so has each its index.
/// </summary>
internal static class UsageSql
{
    /// <summary>The whole quarters, months, days and hours of a cover; only that of users has quarters.</summary>
    public const string InCover =
        """

            and (
                (grain = 'quarter' and starts_at >= @QuartersFrom and starts_at < @QuartersTo)
                or (grain = 'month' and starts_at >= @MonthsFrom and starts_at < @QuartersFrom)
                or (grain = 'month' and starts_at >= @QuartersTo and starts_at < @MonthsTo)
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

    /// <summary>The rows that sum up all organizations.</summary>
    private const string OfTheWhole =
        """

            and organization_id = ''

        """;

    private const string OfEach =
        """

            and organization_id <> ''

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
                starts_at, organization_id, team_id, job_type, null as model_group, null as model, null as provider, jobs,
                completed, failed, cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from job_usage
            where true
        """;

    private const string ByJobQueued =
        """
            union all
            select
                at, organization_id, team_id, job_type, null, null, null, jobs, completed, failed, cancelled, calls, failed_calls, tokens,
                cost_usd, credits, revenue_usd
            from read_queued_usage()
            where true
        """;

    private const string ByModel =
        """
        with usage as (
            select
                starts_at, organization_id, team_id, job_type, model_group, model, provider, null::bigint as jobs,
                null::bigint as completed, null::bigint as failed, null::bigint as cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from model_usage
            where true
        """;

    private const string ByModelQueued =
        """
            union all
            select
                at, organization_id, team_id, job_type, model_group, model, provider, null, null, null, null, calls, failed_calls, tokens,
                cost_usd, credits, revenue_usd
            from read_queued_usage()
            where model_group is not null
        """;

    // Users are many, and have rows in no other rollup: what they are not grouped by is left out.
    private const string ByUser =
        """
        with usage as (
            select starts_at, organization_id, team_id, user_id, jobs, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from user_usage
            where true
        """;

    private const string ByUserQueued =
        """
            union all
            select at, organization_id, team_id, user_id, jobs, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
            from read_queued_usage()
            where user_id <> ''
        """;

    private const string SumsByUser =
        """
        )
        select
            date_trunc(@Bucket::text, starts_at, 'utc') as starts_at,
            case when @ByOrganization then nullif(organization_id, '') end as organization_id,
            case when @ByTeam then nullif(team_id, '') end as team_id,
            user_id,
            sum(jobs)::bigint as total_jobs,
            sum(calls)::bigint as total_calls,
            sum(failed_calls)::bigint as failed_calls,
            sum(tokens)::bigint as total_tokens,
            sum(cost_usd) as total_cost_usd,
            sum(credits) as credits_used,
            sum(revenue_usd) as revenue_usd
        from usage
        group by 1, 2, 3, 4
        order by case when @Dearest::integer is not null then sum(cost_usd) end desc nulls last, 1, 2, 3, 4
        limit @Dearest::integer
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
        group by 1, 2, 3, 4, 5, 6, 7
        order by case when @Dearest::integer is not null then sum(cost_usd) end desc nulls last, 1, 2, 3, 4, 5, 6, 7
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
        /// <summary>All organizations together.</summary>
        Whole,

        /// <summary>All organizations, told apart.</summary>
        Each,
        Organization,
        Team,
    }

    public static string For(UsageSelection selection) =>
        Texts[(
            selection.IsByUser ? Source.Users : selection.IsByModel ? Source.Models : Source.Jobs,
            ScopeOf(selection))];

    private static Scope ScopeOf(UsageSelection selection)
    {
        if (selection.TeamId is not null)
            return Scope.Team;
        if (selection.OrganizationId is not null)
            return Scope.Organization;
        return selection.IsByOwner ? Scope.Each : Scope.Whole;
    }

    private static Dictionary<(Source, Scope), string> Combine()
    {
        var texts = new Dictionary<(Source, Scope), string>();
        foreach (var (scope, rolled, queued) in new[]
        {
            (Scope.Whole, OfTheWhole, ""),
            (Scope.Each, OfEach, ""),
            (Scope.Organization, OfOrganization, OfOrganization),
            (Scope.Team, OfTeam, OfTeam),
        })
        {
            texts.Add((Source.Jobs, scope), ByJob + InCover + rolled + OfJobType + ByJobQueued + InPeriod + queued + OfJobType + Sums);
            texts.Add((Source.Models, scope), ByModel + InCover + rolled + OfJobType + ByModelQueued + InPeriod + queued + OfJobType + Sums);
            texts.Add((Source.Users, scope), ByUser + InCover + rolled + ByUserQueued + InPeriod + queued + SumsByUser);
        }

        return texts;
    }
}
