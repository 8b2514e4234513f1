using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Identities;

/// <summary>Attempts to sign in by password.</summary>
internal sealed partial class UserRepository
{
    public Task<SignInAttempt?> CountAttemptAsync(string email, SignInOptions options, CancellationToken cancellationToken) =>
        CountAsync(email, null, options, cancellationToken);

    public Task<SignInAttempt?> CountAttemptOfAsync(string userId, SignInOptions options, CancellationToken cancellationToken) =>
        CountAsync(null, userId, options, cancellationToken);

    public Task ForgetAttemptsAsync(SignInAttempt attempt, string? newPasswordHash, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            update users
            set failed_sign_ins = 0,
                locked_until = null,
                password_hash = case when password_hash = @PasswordHash then coalesce(@newPasswordHash, password_hash) else password_hash end
            where user_id = @UserId
            """,
            new { attempt.UserId, attempt.PasswordHash, newPasswordHash },
            cancellationToken);

    /// <summary>
    /// One guarded update: attempts at the same time queue at the row, and once the last allowed one is counted the others find
    /// the account locked. A lock that is over starts the count anew.
    /// </summary>
    private async Task<SignInAttempt?> CountAsync(string? email, string? userId, SignInOptions options, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = await session.QuerySingleOrDefaultAsync<AttemptRow>(
            """
            update users
            set failed_sign_ins = case when locked_until is null then failed_sign_ins else 0 end + 1,
                locked_until = case
                    when case when locked_until is null then failed_sign_ins else 0 end + 1 >= @MaxFailedAttempts then @lockedUntil
                end
            where (lower(email) = lower(@email) or user_id = @userId)
            and status <> 'deleted'
            and (locked_until is null or locked_until <= @now)
            returning user_id, case when status = 'active' then password_hash end as password_hash
            """,
            new { email, userId, now, options.MaxFailedAttempts, lockedUntil = now.AddMinutes(options.LockoutMinutes) },
            cancellationToken);
        return row is null ? null : new SignInAttempt(row.UserId, row.PasswordHash);
    }

    private sealed record AttemptRow
    {
        public string UserId { get; init; } = "";

        public string? PasswordHash { get; init; }
    }
}
