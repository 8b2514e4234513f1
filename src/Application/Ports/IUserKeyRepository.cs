using SaasLlm.Application.Identities;

namespace SaasLlm.Application.Ports;

/// <summary>API keys of users. At rest there is only their hash and a display form.</summary>
public interface IUserKeyRepository
{
    Task<UserKeyResponse> AddAsync(UserKey key, string userId, string organizationId, string name, DateTimeOffset? expiresAt, CancellationToken cancellationToken);

    /// <summary>Oldest first, without those that are revoked.</summary>
    Task<IReadOnlyList<UserKeyResponse>> ListAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Gives the hash of the revoked key; null where the user has no such key, or it is revoked already.</summary>
    Task<string?> RevokeAsync(string userId, Guid keyId, CancellationToken cancellationToken);
}
