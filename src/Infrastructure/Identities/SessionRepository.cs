using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Identities;

internal sealed class SessionRepository(PostgresSession session, TimeProvider time) : ISessionRepository
{
    public Task StartAsync(NewSession started, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            with expired as (
                delete from user_sessions
                where expires_at <= @now
            )
            insert into user_sessions (token_hash, user_id, organization_id, operator_claimed, created_at, expires_at)
            values (decode(@TokenHash, 'hex'), @UserId, @OrganizationId, @OperatorClaimed, @now, @ExpiresAt)
            """,
            new { started.TokenHash, started.UserId, started.OrganizationId, started.OperatorClaimed, started.ExpiresAt, now = time.GetUtcNow() },
            cancellationToken);

    public Task EndAsync(string tokenHash, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from user_sessions
            where token_hash = decode(@tokenHash, 'hex')
            """,
            new { tokenHash },
            cancellationToken);

    public Task<IReadOnlyList<string>> EndAllAsync(string userId, string? exceptHash, CancellationToken cancellationToken) =>
        session.QueryAsync<string>(
            """
            delete from user_sessions
            where user_id = @userId
            and token_hash is distinct from decode(@exceptHash, 'hex')
            returning encode(token_hash, 'hex')
            """,
            new { userId, exceptHash },
            cancellationToken);
}
