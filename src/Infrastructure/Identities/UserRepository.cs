using Npgsql;
using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Identities;

internal sealed partial class UserRepository(PostgresSession session, TimeProvider time) : IUserRepository
{
    public async Task<Result<UserResponse>> CreateAsync(string userId, CreateUser user, string? passwordHash, CancellationToken cancellationToken)
    {
        try
        {
            var created = await session.QuerySingleOrDefaultAsync<UserResponse>(
                """
                insert into users (user_id, email, name, password_hash, is_operator)
                values (@userId, @Email, coalesce(@Name, @Email), @passwordHash, coalesce(@IsOperator, false))
                on conflict (user_id) do nothing
                returning
                    user_id, email, name, is_operator, status, password_hash is not null as has_password, locked_until, created_at, updated_at
                """,
                new { userId, user.Email, user.Name, passwordHash, user.IsOperator },
                cancellationToken);
            return created is null ? IdentitiesErrors.UserExists(userId) : created;
        }
        catch (PostgresException exception) when (IsTakenEmail(exception))
        {
            return IdentitiesErrors.EmailTaken();
        }
    }

    public Task<UserResponse?> GetAsync(string userId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<UserResponse>(
            """
            select user_id, email, name, is_operator, status, password_hash is not null as has_password, locked_until, created_at, updated_at
            from users
            where user_id = @userId
            and status <> 'deleted'
            """,
            new { userId },
            cancellationToken);

    public async Task<Page<UserResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<UserResponse>(
            """
            select user_id, email, name, is_operator, status, password_hash is not null as has_password, locked_until, created_at, updated_at
            from users
            where status <> 'deleted'
            and (@After is null or user_id > @After)
            order by user_id
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        return Page<UserResponse>.Of(rows, start.Limit, row => row.UserId);
    }

    public async Task<Result<UserResponse>> UpdateAsync(UpdateUser change, string? passwordHash, CancellationToken cancellationToken)
    {
        try
        {
            var updated = await session.QuerySingleOrDefaultAsync<UserResponse>(
                """
                update users
                set email = coalesce(@Email, email),
                    name = coalesce(@Name, name),
                    is_operator = coalesce(@IsOperator, is_operator),
                    status = coalesce(@Status, status),
                    password_hash = coalesce(@passwordHash, password_hash),
                    failed_sign_ins = case when @passwordHash is null then failed_sign_ins else 0 end,
                    locked_until = case when @passwordHash is null then locked_until end,
                    updated_at = now()
                where user_id = @UserId
                and status <> 'deleted'
                returning
                    user_id, email, name, is_operator, status, password_hash is not null as has_password, locked_until, created_at, updated_at
                """,
                new { change.UserId, change.Email, change.Name, change.IsOperator, change.Status, passwordHash },
                cancellationToken);
            return updated is null ? IdentitiesErrors.UserNotFound(change.UserId) : updated;
        }
        catch (PostgresException exception) when (IsTakenEmail(exception))
        {
            return IdentitiesErrors.EmailTaken();
        }
    }

    public async Task<RemovedCredentials?> DeleteAsync(string userId, CancellationToken cancellationToken)
    {
        // The address is free again, the id never is: what its user had must not become another's.
        var deleted = await session.ExecuteAsync(
            """
            update users
            set status = 'deleted',
                email = null,
                name = '',
                password_hash = null,
                is_operator = false,
                updated_at = now()
            where user_id = @userId
            and status <> 'deleted'
            """,
            new { userId },
            cancellationToken);
        if (deleted == 0)
            return null;

        await session.ExecuteAsync("delete from organization_members where user_id = @userId", new { userId }, cancellationToken);
        var keys = await session.QueryAsync<string>(
            """
            delete from user_api_keys
            where user_id = @userId
            returning encode(key_hash, 'hex')
            """,
            new { userId },
            cancellationToken);
        var sessions = await session.QueryAsync<string>(
            """
            delete from user_sessions
            where user_id = @userId
            returning encode(token_hash, 'hex')
            """,
            new { userId },
            cancellationToken);
        var logins = await session.QueryAsync<LoginRow>(
            """
            delete from user_logins
            where user_id = @userId
            returning issuer, subject
            """,
            new { userId },
            cancellationToken);
        var brought = await session.QueryAsync<string>(
            """
            delete from byok_keys
            where user_id = @userId
            returning organization_id
            """,
            new { userId },
            cancellationToken);
        return new RemovedCredentials(keys, sessions, [.. logins.Select(login => new ExternalLogin(login.Issuer, login.Subject))], [.. brought.Distinct(StringComparer.Ordinal)]);
    }

    public async Task<string> AdoptAsync(ExternalIdentity identity, string newUserId, CancellationToken cancellationToken)
    {
        // Whoever comes second waits here, and finds what the first one made.
        await session.ExecuteAsync(
            "select pg_advisory_xact_lock(hashtextextended(@Hash, 0))", new { identity.Login.Hash }, cancellationToken);
        var known = await session.QuerySingleOrDefaultAsync<string>(
            """
            select user_id
            from user_logins
            where issuer = @Issuer
            and subject = @Subject
            """,
            new { identity.Login.Issuer, identity.Login.Subject },
            cancellationToken);
        if (known is not null)
            return known;

        // Two logins with one address may come at once: the index lets one of them make the user.
        return await session.QuerySingleAsync<string>(
            """
            with made as (
                insert into users (user_id, email, name)
                values (@newUserId, @Email, @Name)
                on conflict (lower(email)) do update
                set updated_at = users.updated_at
                returning user_id
            )
            insert into user_logins (issuer, subject, user_id)
            select @Issuer, @Subject, user_id
            from made
            returning user_id
            """,
            new { newUserId, identity.Email, identity.Name, identity.Login.Issuer, identity.Login.Subject },
            cancellationToken);
    }

    private static bool IsTakenEmail(PostgresException exception) =>
        exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email" };

    private sealed record LoginRow
    {
        public string Issuer { get; init; } = "";

        public string Subject { get; init; } = "";
    }
}
