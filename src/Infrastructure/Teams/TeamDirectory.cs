using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Limits;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Teams;

/// <summary>Keys and teams as the hot path reads them: from this node's memory, dropped when they change.</summary>
internal sealed class TeamDirectory(NpgsqlDataSource dataSource, IListenerState listener, CacheMetrics metrics, TimeProvider time) : ITeamDirectory, IInvalidated
{
    private const int Capacity = 100_000;

    /// <summary>An unknown key costs one look-up a minute, however often it is tried.</summary>
    private static readonly TimeSpan UnknownKeyFor = TimeSpan.FromMinutes(1);

    private readonly InvalidatedCache<string, KnownKey> _keys =
        metrics.Watched("virtual_keys", new InvalidatedCache<string, KnownKey>(listener, time, Capacity, UnknownKeyFor));

    private readonly InvalidatedCache<string, TeamAccess> _teams =
        metrics.Watched("teams", new InvalidatedCache<string, TeamAccess>(listener, time, Capacity, TimeSpan.Zero));

    public async ValueTask<KeyAccess?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken)
    {
        var key = await _keys.GetAsync(keyHash, this, static (self, hash, token) => self.LoadKeyAsync(hash, token), cancellationToken);
        if (key is null || key.EndsAt <= time.GetUtcNow())
            return null;

        return await FindAsync(key.TeamId, cancellationToken) is { } team ? new KeyAccess(team, key.Limits) : null;
    }

    public ValueTask<TeamAccess?> FindAsync(string teamId, CancellationToken cancellationToken) =>
        _teams.GetAsync(teamId, this, static (self, id, token) => self.LoadTeamAsync(id, token), cancellationToken);

    public void Drop(ChangedThing thing, string id)
    {
        switch (thing)
        {
            case ChangedThing.Key:
                _keys.Drop(id);
                break;
            case ChangedThing.Team:
                _teams.Drop(id);
                break;
            case ChangedThing.Organization:
                _teams.DropAll();
                break;
        }
    }

    public void DropAll()
    {
        _keys.DropAll();
        _teams.DropAll();
    }

    private async Task<KnownKey?> LoadKeyAsync(string hash, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<KeyRow>(new CommandDefinition(
            """
            select
                key.limit_scope_id,
                key.team_id,
                team.organization_id,
                least(key.expires_at, key.revoked_at) as ends_at,
                key.rpm_limit,
                key.tpm_limit,
                key.max_parallel,
                key.burst_limit
            from virtual_keys as key
            join teams as team using (team_id)
            where key.key_hash = decode(@hash, 'hex')
            """,
            new { hash },
            cancellationToken: cancellationToken));
        return row?.ToKnown();
    }

    private async Task<TeamAccess?> LoadTeamAsync(string teamId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<TeamRow>(new CommandDefinition(
            """
            select
                team.team_id,
                team.organization_id,
                team.status,
                organization.status = 'active' as organization_active,
                team.rpm_limit,
                team.tpm_limit,
                team.max_parallel,
                team.cache_ttl_seconds,
                team.burst_limit,
                organization.rpm_limit as organization_rpm_limit,
                organization.tpm_limit as organization_tpm_limit,
                organization.max_parallel as organization_max_parallel,
                organization.burst_limit as organization_burst_limit,
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
                ) as access_groups
            from teams as team
            join organizations as organization using (organization_id)
            where team.team_id = @teamId
            and team.status <> 'deleted'
            """,
            new { teamId },
            cancellationToken: cancellationToken));
        return row?.ToAccess();
    }

    /// <param name="EndsAt">When it expires or is revoked; null: never.</param>
    private sealed record KnownKey(string TeamId, DateTimeOffset? EndsAt, RateScope? Limits);

    private sealed record KeyRow
    {
        public Guid LimitScopeId { get; init; }

        public string TeamId { get; init; } = "";

        public string OrganizationId { get; init; } = "";

        public DateTimeOffset? EndsAt { get; init; }

        public int? RpmLimit { get; init; }

        public int? TpmLimit { get; init; }

        public int? MaxParallel { get; init; }

        public int? BurstLimit { get; init; }

        public KnownKey ToKnown() => new(
            TeamId,
            EndsAt,
            RateScope.Of(RateScopeKind.Key, LimitScopeId.ToString("n"), OrganizationId, new RateLimits(RpmLimit, TpmLimit, MaxParallel, BurstLimit)));
    }

    private sealed record TeamRow
    {
        public string TeamId { get; init; } = "";

        public string OrganizationId { get; init; } = "";

        public string Status { get; init; } = "";

        public bool OrganizationActive { get; init; }

        public int? RpmLimit { get; init; }

        public int? TpmLimit { get; init; }

        public int? MaxParallel { get; init; }

        public int? CacheTtlSeconds { get; init; }

        public int? BurstLimit { get; init; }

        public int? OrganizationRpmLimit { get; init; }

        public int? OrganizationTpmLimit { get; init; }

        public int? OrganizationMaxParallel { get; init; }

        public int? OrganizationBurstLimit { get; init; }

        public string[] ModelGroups { get; init; } = [];

        public string[] AccessGroups { get; init; } = [];

        public TeamAccess ToAccess() => new()
        {
            TeamId = TeamId,
            OrganizationId = OrganizationId,
            Status = TeamStatusNames.Parse(Status),
            OrganizationActive = OrganizationActive,
            ModelGroups = ModelGroups,
            AccessGroups = AccessGroups,
            CacheTtlSeconds = CacheTtlSeconds,
            Limits = RateScope.Of(RateScopeKind.Team, TeamId, OrganizationId, new RateLimits(RpmLimit, TpmLimit, MaxParallel, BurstLimit)),
            OrganizationLimits = RateScope.Of(
                RateScopeKind.Organization,
                OrganizationId,
                OrganizationId,
                new RateLimits(OrganizationRpmLimit, OrganizationTpmLimit, OrganizationMaxParallel, OrganizationBurstLimit)),
        };
    }
}
