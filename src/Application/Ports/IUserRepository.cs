using SaasLlm.Application.Identities;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Users. A deleted one keeps its id, but no method gives it.</summary>
public interface IUserRepository
{
    /// <summary>Fails where the id or the e-mail address is taken.</summary>
    /// <param name="passwordHash">Null: signs in through the identity provider only.</param>
    Task<Result<UserResponse>> CreateAsync(string userId, CreateUser user, string? passwordHash, CancellationToken cancellationToken);

    Task<UserResponse?> GetAsync(string userId, CancellationToken cancellationToken);

    Task<Page<UserResponse>> ListAsync(PageStart start, CancellationToken cancellationToken);

    /// <summary>Changes what is not null; a new password also ends a lock. Fails where there is no such user, or the e-mail address is taken.</summary>
    Task<Result<UserResponse>> UpdateAsync(UpdateUser change, string? passwordHash, CancellationToken cancellationToken);

    /// <summary>Marks the user deleted and removes what they are known by; null where there is none.</summary>
    Task<RemovedCredentials?> DeleteAsync(string userId, CancellationToken cancellationToken);

    /// <summary>The user whom a login belongs to, made where there is none: one with the same verified e-mail address, else a new one.</summary>
    /// <param name="newUserId">For a new one.</param>
    Task<string> AdoptAsync(ExternalIdentity identity, string newUserId, CancellationToken cancellationToken);

    /// <summary>Counts one attempt to sign in by password, before the password is looked at: attempts at the same time cannot outrun the lock.</summary>
    /// <returns>Null where there is no such user who may try now.</returns>
    Task<SignInAttempt?> CountAttemptAsync(string email, SignInOptions options, CancellationToken cancellationToken);

    /// <summary>The same for a user who has signed in.</summary>
    Task<SignInAttempt?> CountAttemptOfAsync(string userId, SignInOptions options, CancellationToken cancellationToken);

    /// <summary>Forgets the attempts; a hash that is given replaces the user's, unless it has changed meanwhile.</summary>
    Task ForgetAttemptsAsync(SignInAttempt attempt, string? newPasswordHash, CancellationToken cancellationToken);
}

/// <summary>An attempt that was counted.</summary>
/// <param name="PasswordHash">Null where the user has no password, or may not sign in.</param>
public sealed record SignInAttempt(string UserId, string? PasswordHash);

/// <summary>What caches must drop.</summary>
/// <param name="Keys">Hashes of API keys.</param>
/// <param name="Sessions">Hashes of session tokens.</param>
/// <param name="ByokOrganizations">Organizations for which the user had brought provider keys.</param>
public sealed record RemovedCredentials(
    IReadOnlyList<string> Keys, IReadOnlyList<string> Sessions, IReadOnlyList<ExternalLogin> Logins, IReadOnlyList<string> ByokOrganizations);
