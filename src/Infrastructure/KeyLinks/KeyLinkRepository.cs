using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.KeyLinks;

internal sealed class KeyLinkRepository(PostgresSession session, TimeProvider time) : IKeyLinkRepository
{
    public Task<LinkedKey?> AddAsync(NewKeyLink link, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<LinkedKey>(
            """
            insert into key_links (token_hash, key_id, team_id, key_encrypted, created_at, expires_at)
            select decode(@TokenHash, 'hex'), key_id, team_id, @Sealed, @now, @ExpiresAt
            from virtual_keys
            where key_hash = decode(@KeyHash, 'hex')
            and (revoked_at is null or revoked_at > @now)
            and (expires_at is null or expires_at > @now)
            returning key_id, team_id
            """,
            new { link.TokenHash, link.KeyHash, link.Sealed, link.ExpiresAt, now = time.GetUtcNow() },
            cancellationToken);

    public Task<TakenKeyLink?> TakeAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<TakenKeyLink>(
            """
            delete from key_links as link
            using virtual_keys as key
            where link.token_hash = decode(@tokenHash, 'hex')
            and link.expires_at > @now
            and key.key_id = link.key_id
            returning link.team_id, key.name, link.key_encrypted as sealed
            """,
            new { tokenHash, now },
            cancellationToken);

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from key_links
            where ctid = any(array(
                select ctid
                from key_links
                where expires_at <= @before
                limit 1000
                for update skip locked
            ))
            """,
            new { before },
            cancellationToken);
}
