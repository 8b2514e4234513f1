using System.Text.Json;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Teams;

internal sealed partial class TeamRepository(PostgresSession session, TimeProvider time) : ITeamRepository
{
    private const string Select =
        """
        select
            team.team_id,
            team.organization_id,
            team.team_alias,
            team.status,
            team.budget_mode,
            team.credits_per_dollar,
            team.tokens_per_credit,
            team.rpm_limit,
            team.tpm_limit,
            team.max_parallel,
            team.cache_ttl_seconds,
            team.burst_limit,
            team.metadata,
            team.created_at,
            team.updated_at,
            account.allocated as credits_allocated,
            account.allocated - account.used as credits_remaining,
            array(
                select granted.group_name
                from team_model_groups as granted
                where granted.team_id = team.team_id
                order by granted.position
            ) as model_groups,
            array(
                select granted.group_name
                from team_access_groups as granted
                where granted.team_id = team.team_id
                order by granted.position
            ) as access_groups,
            (
                select key.display
                from virtual_keys as key
                where key.team_id = team.team_id
                and (key.revoked_at is null or key.revoked_at > now())
                order by key.created_at desc
                limit 1
            ) as virtual_key,
            coalesce(rolled.jobs, 0) + coalesce(queued.jobs, 0) as total_jobs,
            coalesce(rolled.cost_usd, 0) + coalesce(queued.cost_usd, 0) as total_cost_usd
        from teams as team
        join credit_accounts as account using (team_id)
        cross join lateral (
            select sum(jobs)::bigint as jobs, sum(cost_usd) as cost_usd
            from job_usage
            where job_usage.team_id = team.team_id
            and grain = 'month'
            and job_type <> ''
        ) as rolled
        left join (
            select team_id, sum(jobs)::bigint as jobs, sum(cost_usd) as cost_usd
            from read_queued_usage()
            where job_type <> ''
            group by team_id
        ) as queued using (team_id)
        where team.status <> 'deleted'
        """;

    public async Task<TeamCreation> CreateAsync(CreateTeam team, CancellationToken cancellationToken)
    {
        // Locked, so that it cannot be deleted meanwhile; a deleted one is still a row, which the foreign key alone would accept.
        var organization = await session.QuerySingleOrDefaultAsync<string>(
            """
            select organization_id
            from organizations
            where organization_id = @OrganizationId
            and status <> 'deleted'
            for share
            """,
            new { team.OrganizationId },
            cancellationToken);
        if (organization is null)
            return TeamCreation.UnknownOrganization;

        var inserted = await session.ExecuteAsync(
            """
            insert into teams (
                team_id, organization_id, team_alias, rpm_limit, tpm_limit, max_parallel, burst_limit, cache_ttl_seconds, metadata,
                budget_mode, credits_per_dollar, tokens_per_credit)
            values (
                @TeamId, @OrganizationId, coalesce(@TeamAlias, @TeamId), @RpmLimit, @TpmLimit, @MaxParallel, @BurstLimit,
                nullif(@CacheTtlSeconds, 0), coalesce(@Metadata, '{}')::jsonb,
                coalesce(@BudgetMode, 'job_based'), coalesce(@CreditsPerDollar, @DefaultCreditsPerDollar), coalesce(@TokensPerCredit, @DefaultTokensPerCredit))
            on conflict (team_id) do nothing
            """,
            new
            {
                team.TeamId,
                team.OrganizationId,
                team.TeamAlias,
                team.RpmLimit,
                team.TpmLimit,
                team.MaxParallel,
                team.BurstLimit,
                team.CacheTtlSeconds,
                team.Metadata,
                team.BudgetMode,
                team.CreditsPerDollar,
                team.TokensPerCredit,
                JobTariff.DefaultCreditsPerDollar,
                JobTariff.DefaultTokensPerCredit,
            },
            cancellationToken);
        return inserted == 1 ? TeamCreation.Created : TeamCreation.AlreadyExists;
    }

    public async Task<Error?> GrantAsync(string teamId, string[]? modelGroups, string[]? accessGroups, CancellationToken cancellationToken)
    {
        if (modelGroups is not null)
        {
            var unknown = await session.QueryAsync<string>(
                """
                with cleared as (
                    delete from team_model_groups where team_id = @teamId and group_name <> all(@modelGroups)
                ),
                granted as (
                    insert into team_model_groups (team_id, group_name, position)
                    select @teamId, wish.group_name, wish.position
                    from unnest(@modelGroups) with ordinality as wish (group_name, position)
                    join model_groups using (group_name)
                    on conflict (team_id, group_name) do update set position = excluded.position
                )
                select wish.group_name
                from unnest(@modelGroups) as wish (group_name)
                where not exists (select from model_groups as known where known.group_name = wish.group_name)
                """,
                new { teamId, modelGroups },
                cancellationToken);
            if (unknown.Count > 0)
                return Error.Field("model_groups", $"these do not exist: {string.Join(", ", unknown)}.");
        }

        if (accessGroups is not null)
        {
            var unknown = await session.QueryAsync<string>(
                """
                with cleared as (
                    delete from team_access_groups where team_id = @teamId and group_name <> all(@accessGroups)
                ),
                granted as (
                    insert into team_access_groups (team_id, group_name, position)
                    select @teamId, wish.group_name, wish.position
                    from unnest(@accessGroups) with ordinality as wish (group_name, position)
                    join access_groups using (group_name)
                    on conflict (team_id, group_name) do update set position = excluded.position
                )
                select wish.group_name
                from unnest(@accessGroups) as wish (group_name)
                where not exists (select from access_groups as known where known.group_name = wish.group_name)
                """,
                new { teamId, accessGroups },
                cancellationToken);
            if (unknown.Count > 0)
                return Error.Field("access_groups", $"these do not exist: {string.Join(", ", unknown)}.");
        }

        return null;
    }

    public async Task<TeamResponse?> GetAsync(string teamId, CancellationToken cancellationToken) =>
        (await session.QuerySingleOrDefaultAsync<TeamRow>(Select + " and team.team_id = @teamId", new { teamId }, cancellationToken))?.ToResponse();

    public async Task<Page<TeamResponse>> ListAsync(string? organizationId, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<TeamRow>(
            Select +
            """

            and (@organizationId::text is null or team.organization_id = @organizationId)
            and (@After::text is null or team.team_id > @After)
            order by team.team_id
            limit @Limit + 1
            """,
            new { organizationId, page.After, page.Limit },
            cancellationToken);
        return Page<TeamRow>.Of(rows, page.Limit, row => row.TeamId).Select(row => row.ToResponse());
    }

    public async Task<Error?> UpdateAsync(UpdateTeam change, CancellationToken cancellationToken)
    {
        try
        {
            var updated = await session.ExecuteAsync(
                """
                update teams
                set team_alias = coalesce(@TeamAlias, team_alias),
                    rpm_limit = nullif(coalesce(@RpmLimit, rpm_limit), 0),
                    tpm_limit = nullif(coalesce(@TpmLimit, tpm_limit), 0),
                    max_parallel = nullif(coalesce(@MaxParallel, max_parallel), 0),
                    burst_limit = nullif(coalesce(@BurstLimit, burst_limit), 0),
                    cache_ttl_seconds = nullif(coalesce(@CacheTtlSeconds, cache_ttl_seconds), 0),
                    metadata = coalesce(@Metadata::jsonb, metadata),
                    updated_at = now()
                where team_id = @TeamId
                and status <> 'deleted'
                """,
                new
                {
                    change.TeamId,
                    change.TeamAlias,
                    change.RpmLimit,
                    change.TpmLimit,
                    change.MaxParallel,
                    change.BurstLimit,
                    change.CacheTtlSeconds,
                    change.Metadata,
                },
                cancellationToken);
            return updated == 1 ? null : TeamsErrors.NotFound(change.TeamId);
        }
        catch (PostgresException exception) when (LimitGuard.Refused(exception))
        {
            return LimitsErrors.BurstWithoutRate();
        }
    }

    public async Task<Team?> LockAsync(string teamId, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<LockRow>(
            """
            select team_id, organization_id, status
            from teams
            where team_id = @teamId
            and status <> 'deleted'
            for no key update
            """,
            new { teamId },
            cancellationToken);
        return row is null ? null : new Team(row.TeamId, row.OrganizationId, TeamStatusNames.Parse(row.Status));
    }

    public Task SaveStatusAsync(Team team, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            update teams
            set status = @Status,
                updated_at = now()
            where team_id = @TeamId
            """,
            new { team.TeamId, Status = TeamStatusNames.Of(team.Status) },
            cancellationToken);

    public async Task<IReadOnlyList<string>?> DeleteAsync(string teamId, CancellationToken cancellationToken)
    {
        // The wallet's lock keeps a job from being opened between the check and the deletion.
        var reserved = await session.QuerySingleAsync<decimal>(
            """
            select reserved
            from credit_accounts
            where team_id = @teamId
            for no key update
            """,
            new { teamId },
            cancellationToken);
        if (reserved > 0)
            return null;

        await session.ExecuteAsync(
            """
            update teams
            set status = 'deleted',
                updated_at = now()
            where team_id = @teamId
            """,
            new { teamId },
            cancellationToken);
        await session.ExecuteAsync(
            """
            delete from team_model_groups
            where team_id = @teamId
            """,
            new { teamId },
            cancellationToken);
        await session.ExecuteAsync(
            """
            delete from team_access_groups
            where team_id = @teamId
            """,
            new { teamId },
            cancellationToken);
        return await session.QueryAsync<string>(
            """
            update virtual_keys
            set revoked_at = least(revoked_at, @now)
            where team_id = @teamId
            returning encode(key_hash, 'hex')
            """,
            new { teamId, now = time.GetUtcNow() },
            cancellationToken);
    }

    private sealed record LockRow
    {
        public string TeamId { get; init; } = "";

        public string OrganizationId { get; init; } = "";

        public string Status { get; init; } = "";
    }

    private sealed record TeamRow
    {
        public string TeamId { get; init; } = "";

        public string OrganizationId { get; init; } = "";

        public string TeamAlias { get; init; } = "";

        public string? VirtualKey { get; init; }

        public string Status { get; init; } = "";

        public string BudgetMode { get; init; } = "";

        public decimal CreditsPerDollar { get; init; }

        public int TokensPerCredit { get; init; }

        public decimal CreditsAllocated { get; init; }

        public decimal CreditsRemaining { get; init; }

        public string[] ModelGroups { get; init; } = [];

        public string[] AccessGroups { get; init; } = [];

        public int? RpmLimit { get; init; }

        public int? TpmLimit { get; init; }

        public int? MaxParallel { get; init; }

        public int? CacheTtlSeconds { get; init; }

        public int? BurstLimit { get; init; }

        public JsonElement Metadata { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset UpdatedAt { get; init; }

        public long TotalJobs { get; init; }

        public decimal TotalCostUsd { get; init; }

        public TeamResponse ToResponse() => new()
        {
            TeamId = TeamId,
            OrganizationId = OrganizationId,
            TeamAlias = TeamAlias,
            VirtualKey = VirtualKey,
            Status = Status,
            BudgetMode = BudgetMode,
            CreditsPerDollar = CreditsPerDollar,
            TokensPerCredit = TokensPerCredit,
            CreditsAllocated = CreditsAllocated,
            CreditsRemaining = CreditsRemaining,
            ModelGroups = ModelGroups,
            AccessGroups = AccessGroups,
            RpmLimit = RpmLimit,
            TpmLimit = TpmLimit,
            MaxParallel = MaxParallel,
            CacheTtlSeconds = CacheTtlSeconds,
            BurstLimit = BurstLimit,
            Metadata = Metadata,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            UsageSummary = new TeamUsageSummary(TotalJobs, TotalCostUsd),
        };
    }
}
