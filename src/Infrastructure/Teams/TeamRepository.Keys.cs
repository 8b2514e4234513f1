using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Teams;

/// <summary>The keys of teams.</summary>
internal sealed partial class TeamRepository
{
    public Task<TeamKeyResponse> AddKeyAsync(string teamId, VirtualKey key, CreateTeamKey made, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<TeamKeyResponse>(
            """
            insert into virtual_keys (
                key_id, team_id, name, key_hash, display, created_at, expires_at,
                rpm_limit, tpm_limit, max_parallel, burst_limit, limit_scope_id)
            values (
                @keyId, @teamId, @name, decode(@hash, 'hex'), @display, @now, @ExpiresAt,
                @RpmLimit, @TpmLimit, @MaxParallel, @BurstLimit, @keyId)
            returning key_id, team_id, name, display, rpm_limit, tpm_limit, max_parallel, burst_limit, created_at, expires_at, revoked_at
            """,
            new
            {
                keyId = Guid.CreateVersion7(),
                teamId,
                name = made.Name ?? "key",
                hash = VirtualKey.HashOf(key.Secret),
                display = VirtualKey.DisplayOf(key.Secret),
                now = time.GetUtcNow(),
                made.ExpiresAt,
                made.RpmLimit,
                made.TpmLimit,
                made.MaxParallel,
                made.BurstLimit,
            },
            cancellationToken);

    public Task<TeamKeyResponse> AddKeyAsync(string teamId, VirtualKey key, Guid likeKeyId, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<TeamKeyResponse>(
            """
            insert into virtual_keys (
                key_id, team_id, name, key_hash, display, created_at,
                rpm_limit, tpm_limit, max_parallel, burst_limit, limit_scope_id)
            select
                @keyId, team_id, name, decode(@hash, 'hex'), @display, @now,
                rpm_limit, tpm_limit, max_parallel, burst_limit, limit_scope_id
            from virtual_keys
            where team_id = @teamId
            and key_id = @likeKeyId
            returning key_id, team_id, name, display, rpm_limit, tpm_limit, max_parallel, burst_limit, created_at, expires_at, revoked_at
            """,
            new
            {
                keyId = Guid.CreateVersion7(),
                teamId,
                likeKeyId,
                hash = VirtualKey.HashOf(key.Secret),
                display = VirtualKey.DisplayOf(key.Secret),
                now = time.GetUtcNow(),
            },
            cancellationToken);

    public Task<IReadOnlyList<TeamKeyResponse>> ListKeysAsync(string teamId, CancellationToken cancellationToken) =>
        session.QueryAsync<TeamKeyResponse>(
            """
            select key_id, team_id, name, display, rpm_limit, tpm_limit, max_parallel, burst_limit, created_at, expires_at, revoked_at
            from virtual_keys
            where team_id = @teamId
            order by created_at, key_id
            """,
            new { teamId },
            cancellationToken);

    public async Task<Result<ChangedKey>> UpdateKeyAsync(UpdateTeamKey change, CancellationToken cancellationToken)
    {
        try
        {
            var hash = await session.QuerySingleOrDefaultAsync<string>(
                """
                update virtual_keys
                set name = coalesce(@Name, name),
                    rpm_limit = nullif(coalesce(@RpmLimit, rpm_limit), 0),
                    tpm_limit = nullif(coalesce(@TpmLimit, tpm_limit), 0),
                    max_parallel = nullif(coalesce(@MaxParallel, max_parallel), 0),
                    burst_limit = nullif(coalesce(@BurstLimit, burst_limit), 0)
                where team_id = @TeamId
                and key_id = @KeyId
                and (revoked_at is null or revoked_at > @now)
                returning encode(key_hash, 'hex')
                """,
                new { change.TeamId, change.KeyId, change.Name, change.RpmLimit, change.TpmLimit, change.MaxParallel, change.BurstLimit, now = time.GetUtcNow() },
                cancellationToken);
            if (hash is null)
                return TeamsErrors.KeyNotFound();

            var key = await session.QuerySingleAsync<TeamKeyResponse>(
                """
                select key_id, team_id, name, display, rpm_limit, tpm_limit, max_parallel, burst_limit, created_at, expires_at, revoked_at
                from virtual_keys
                where team_id = @TeamId
                and key_id = @KeyId
                """,
                new { change.TeamId, change.KeyId },
                cancellationToken);
            return new ChangedKey(key, hash);
        }
        catch (PostgresException exception) when (LimitGuard.Refused(exception))
        {
            return LimitsErrors.BurstWithoutRate();
        }
    }

    public Task<string?> EndKeyAsync(string teamId, Guid keyId, DateTimeOffset endsAt, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<string>(
            """
            update virtual_keys
            set revoked_at = least(revoked_at, @endsAt)
            where team_id = @teamId
            and key_id = @keyId
            and (revoked_at is null or revoked_at > @now)
            returning encode(key_hash, 'hex')
            """,
            new { teamId, keyId, endsAt, now = time.GetUtcNow() },
            cancellationToken);
}
