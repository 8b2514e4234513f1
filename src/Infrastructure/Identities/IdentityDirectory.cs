using Dapper;
using Npgsql;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Identities;

/// <summary>Users, keys and sessions as the edge reads them: from this node's memory, dropped when they change.</summary>
internal sealed class IdentityDirectory(NpgsqlDataSource dataSource, IListenerState listener, KeyUses uses, CacheMetrics metrics, TimeProvider time)
    : IIdentityDirectory, IInvalidated
{
    private const int Capacity = 100_000;

    /// <summary>An unknown credential costs one look-up a minute, however often it is tried.</summary>
    private static readonly TimeSpan UnknownFor = TimeSpan.FromMinutes(1);

    private readonly InvalidatedCache<string, KnownKey> _keys =
        metrics.Watched("user_keys", new InvalidatedCache<string, KnownKey>(listener, time, Capacity, UnknownFor));

    private readonly InvalidatedCache<string, KnownSession> _sessions = new(listener, time, Capacity, UnknownFor);
    private readonly InvalidatedCache<string, string> _logins = new(listener, time, Capacity, UnknownFor);
    private readonly InvalidatedCache<string, UserAccess> _users = new(listener, time, Capacity, UnknownFor);
    private readonly InvalidatedCache<string, OrganizationAccess> _organizations = new(listener, time, Capacity, UnknownFor);

    public async ValueTask<UserKeyAccess?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken)
    {
        var key = await _keys.GetAsync(keyHash, this, static (self, hash, token) => self.LoadKeyAsync(hash, token), cancellationToken);
        if (key is null || key.EndsAt <= time.GetUtcNow() || await FindUserAsync(key.UserId, cancellationToken) is not { } user)
            return null;

        uses.Note(key.Use);
        return new UserKeyAccess(user, key.OrganizationId);
    }

    public async ValueTask<SessionAccess?> FindBySessionAsync(string tokenHash, CancellationToken cancellationToken)
    {
        var session = await _sessions.GetAsync(tokenHash, this, static (self, hash, token) => self.LoadSessionAsync(hash, token), cancellationToken);
        if (session is null || session.ExpiresAt <= time.GetUtcNow() || await FindUserAsync(session.UserId, cancellationToken) is not { } user)
            return null;

        return new SessionAccess(user, session.OrganizationId, session.OperatorClaimed);
    }

    public ValueTask<string?> FindByLoginAsync(ExternalLogin login, CancellationToken cancellationToken) =>
        _logins.GetAsync(login.Hash, (Self: this, Login: login), static (state, _, token) => state.Self.LoadLoginAsync(state.Login, token), cancellationToken);

    public ValueTask<UserAccess?> FindUserAsync(string userId, CancellationToken cancellationToken) =>
        _users.GetAsync(userId, this, static (self, id, token) => self.LoadUserAsync(id, token), cancellationToken);

    public ValueTask<OrganizationAccess?> FindOrganizationAsync(string organizationId, CancellationToken cancellationToken) =>
        _organizations.GetAsync(organizationId, this, static (self, id, token) => self.LoadOrganizationAsync(id, token), cancellationToken);

    public void Drop(ChangedThing thing, string id)
    {
        switch (thing)
        {
            case ChangedThing.UserKey:
                _keys.Drop(id);
                break;
            case ChangedThing.Session:
                _sessions.Drop(id);
                break;
            case ChangedThing.Login:
                _logins.Drop(id);
                break;
            case ChangedThing.User:
                _users.Drop(id);
                break;
            case ChangedThing.Organization:
                _organizations.Drop(id);
                _users.DropAll();

                // The keys of a deleted organization are gone; another one may take its id.
                _keys.DropAll();
                break;
        }
    }

    public void DropAll()
    {
        _keys.DropAll();
        _sessions.DropAll();
        _logins.DropAll();
        _users.DropAll();
        _organizations.DropAll();
    }

    private async Task<KnownKey?> LoadKeyAsync(string hash, CancellationToken cancellationToken)
    {
        var row = await FindAsync<KeyRow>(
            """
            select key_id, user_id, organization_id, least(expires_at, revoked_at) as ends_at
            from user_api_keys
            where key_hash = decode(@hash, 'hex')
            """,
            new { hash },
            cancellationToken);
        return row is null ? null : new KnownKey(row.UserId, row.OrganizationId, row.EndsAt, new KeyUse(row.KeyId));
    }

    private async Task<KnownSession?> LoadSessionAsync(string hash, CancellationToken cancellationToken)
    {
        var row = await FindAsync<SessionRow>(
            """
            select user_id, organization_id, operator_claimed, expires_at
            from user_sessions
            where token_hash = decode(@hash, 'hex')
            """,
            new { hash },
            cancellationToken);
        return row is null ? null : new KnownSession(row.UserId, row.OrganizationId, row.OperatorClaimed, row.ExpiresAt);
    }

    private Task<string?> LoadLoginAsync(ExternalLogin login, CancellationToken cancellationToken) =>
        FindAsync<string>(
            """
            select user_id
            from user_logins
            where issuer = @Issuer
            and subject = @Subject
            """,
            new { login.Issuer, login.Subject },
            cancellationToken);

    private async Task<UserAccess?> LoadUserAsync(string userId, CancellationToken cancellationToken)
    {
        var row = await FindAsync<UserRow>(
            """
            select
                account.user_id,
                account.is_operator,
                coalesce(joined.organization_ids, '{}') as organization_ids,
                coalesce(joined.roles, '{}') as roles,
                coalesce(joined.actives, '{}') as actives
            from users as account
            cross join lateral (
                select
                    array_agg(member.organization_id order by member.created_at, member.organization_id) as organization_ids,
                    array_agg(member.role order by member.created_at, member.organization_id) as roles,
                    array_agg(organization.status = 'active' order by member.created_at, member.organization_id) as actives
                from organization_members as member
                join organizations as organization using (organization_id)
                where member.user_id = account.user_id
                and organization.status <> 'deleted'
            ) as joined
            where account.user_id = @userId
            and account.status = 'active'
            """,
            new { userId },
            cancellationToken);
        return row?.ToAccess();
    }

    private async Task<OrganizationAccess?> LoadOrganizationAsync(string organizationId, CancellationToken cancellationToken) =>
        await FindAsync<string>(
            """
            select status
            from organizations
            where organization_id = @organizationId
            and status <> 'deleted'
            """,
            new { organizationId },
            cancellationToken) is { } status
            ? new OrganizationAccess(organizationId, status == "active")
            : null;

    private async Task<T?> FindAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    /// <param name="EndsAt">When it expires or is revoked; null: never.</param>
    private sealed record KnownKey(string UserId, string OrganizationId, DateTimeOffset? EndsAt, KeyUse Use);

    private sealed record KnownSession(string UserId, string? OrganizationId, bool OperatorClaimed, DateTimeOffset ExpiresAt);

    private sealed record KeyRow
    {
        public Guid KeyId { get; init; }

        public string UserId { get; init; } = "";

        public string OrganizationId { get; init; } = "";

        public DateTimeOffset? EndsAt { get; init; }
    }

    private sealed record SessionRow
    {
        public string UserId { get; init; } = "";

        public string? OrganizationId { get; init; }

        public bool OperatorClaimed { get; init; }

        public DateTimeOffset ExpiresAt { get; init; }
    }

    private sealed record UserRow
    {
        public string UserId { get; init; } = "";

        public bool IsOperator { get; init; }

        public string[] OrganizationIds { get; init; } = [];

        public string[] Roles { get; init; } = [];

        public bool[] Actives { get; init; } = [];

        public UserAccess ToAccess() => new(
            UserId,
            IsOperator,
            [.. OrganizationIds.Select((id, index) => new Membership(id, RoleNames.Parse(Roles[index])!.Value, Actives[index]))]);
    }
}
