using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Identities;

internal sealed class UserKeyRepository(PostgresSession session, TimeProvider time) : IUserKeyRepository
{
    public Task<UserKeyResponse> AddAsync(
        UserKey key, string userId, string organizationId, string name, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<UserKeyResponse>(
            """
            insert into user_api_keys (key_id, user_id, organization_id, name, key_hash, display, created_at, expires_at)
            values (@keyId, @userId, @organizationId, @name, decode(@Hash, 'hex'), @display, @now, @expiresAt)
            returning key_id as id, name, display, organization_id, created_at, expires_at, last_used_at
            """,
            new { keyId = Guid.CreateVersion7(), userId, organizationId, name, key.Hash, display = UserKey.DisplayOf(key.Secret), now = time.GetUtcNow(), expiresAt },
            cancellationToken);

    public Task<IReadOnlyList<UserKeyResponse>> ListAsync(string userId, CancellationToken cancellationToken) =>
        session.QueryAsync<UserKeyResponse>(
            """
            select key_id as id, name, display, organization_id, created_at, expires_at, last_used_at
            from user_api_keys
            where user_id = @userId
            and revoked_at is null
            order by created_at, key_id
            """,
            new { userId },
            cancellationToken);

    public Task<string?> RevokeAsync(string userId, Guid keyId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<string>(
            """
            update user_api_keys
            set revoked_at = @now
            where user_id = @userId
            and key_id = @keyId
            and revoked_at is null
            returning encode(key_hash, 'hex')
            """,
            new { userId, keyId, now = time.GetUtcNow() },
            cancellationToken);
}
