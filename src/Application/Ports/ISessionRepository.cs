
namespace SaasLlm.Application.Ports;

/// <summary>Sessions of signed-in users. At rest there is only the hash of a token.</summary>
public interface ISessionRepository
{
    /// <summary>Keeps the session, and drops those that have expired.</summary>
    Task StartAsync(NewSession session, CancellationToken cancellationToken);

    Task EndAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of a user; gives their hashes.</summary>
    /// <param name="exceptHash">This one goes on; null: none does.</param>
    Task<IReadOnlyList<string>> EndAllAsync(string userId, string? exceptHash, CancellationToken cancellationToken);
}

/// <param name="TokenHash">Lower-case hex of the SHA-256 of the token.</param>
/// <param name="OrganizationId">Chosen at sign-in; null: the user's first.</param>
/// <param name="OperatorClaimed">The identity provider says that the user is an operator.</param>
public sealed record NewSession(string TokenHash, string UserId, string? OrganizationId, bool OperatorClaimed, DateTimeOffset ExpiresAt);
