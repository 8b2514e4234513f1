using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Jobs;

/// <summary>How jobs are listed: always in the order of their ids, which is that of an index, so that a page costs what is on it.</summary>
internal static class JobSql
{
    public const string Columns =
        """
            job_id,
            team_id,
            job_type,
            user_id,
            external_task_id,
            status,
            metadata,
            error_message,
            created_at,
            started_at,
            completed_at,
            expires_at,
            total_calls,
            successful_calls,
            failed_calls,
            prompt_tokens + completion_tokens as total_tokens,
            total_cost_usd,
            credits_charged > 0 as credit_applied,
            credits_charged
        """;

    /// <summary>By id as well as by time, so that only the months in question are looked at.</summary>
    private const string Conditions =
        """

        and (@Status::text is null or status = @Status)
        and (@JobType::text is null or job_type = @JobType)
        and (@UserId::text is null or user_id = @UserId)
        and created_at >= @From
        and created_at < @To
        and job_id >= uuid_floor(@From)
        and job_id < uuid_floor(@To + interval '1 millisecond')
        """;

    /// <summary>Without an "is null or", which would keep a prepared plan from beginning at the page: the first one begins at the last id there can be.</summary>
    private const string NewestFirst =
        """

        and job_id < @After
        order by job_id desc
        limit @Limit + 1
        """;

    private const string OfTeam =
        "select " + Columns +
        """

        from jobs
        where team_id = @TeamId
        """ + Conditions;

    public const string AllOfTeam =
        OfTeam +
        """

        order by job_id desc
        """;

    private const string PageOfTeam = OfTeam + NewestFirst;

    /// <summary>Merged from the ends of the months' primary keys.</summary>
    private const string PageOfAll =
        "select " + Columns +
        """

        from jobs
        where true
        """ + Conditions + NewestFirst;

    /// <summary>So many of each of its teams, read from the index of teams, are more than enough for the newest of all.</summary>
    private const string PageOfOrganization =
        "select " + Columns +
        """

        from jobs
        where job_id = any (array(
            select newest.job_id
            from teams
            cross join lateral (
                select job_id
                from jobs
                where jobs.team_id = teams.team_id
        """ + Conditions + NewestFirst +
        """

            ) as newest
            where teams.organization_id = @OrganizationId
            order by newest.job_id desc
            limit @Limit + 1))
        order by job_id desc
        """;

    public static string PageOf(JobFilter filter) =>
        filter.TeamId is not null ? PageOfTeam
        : filter.OrganizationId is not null ? PageOfOrganization
        : PageOfAll;
}
