using SaasLlm.Application.Byok;

namespace SaasLlm.Application.Ports;

/// <summary>The keys for providers' APIs that users and organizations brought, encrypted.</summary>
public interface IByokKeyRepository
{
    /// <summary>Stores the key in the place of the owner's former one for the provider; null where the organization does not exist.</summary>
    Task<ByokKeyResponse?> PutAsync(NewByokKey key, CancellationToken cancellationToken);

    /// <summary>The owner's keys: a user's own and its organization's, or the organization's alone; oldest first.</summary>
    Task<IReadOnlyList<ByokKeyResponse>> ListAsync(ByokOwner owner, CancellationToken cancellationToken);

    /// <summary>One of the keys that <see cref="ListAsync"/> gives; null where it is none of them.</summary>
    Task<ByokKeyResponse?> GetAsync(Guid keyId, ByokOwner owner, CancellationToken cancellationToken);

    /// <summary>Deletes the organization's or one of its users' key, where it exists.</summary>
    Task DeleteAsync(Guid keyId, string organizationId, CancellationToken cancellationToken);
}

/// <summary>Whose a key is.</summary>
/// <param name="UserId">Null: the organization's own.</param>
public sealed record ByokOwner(string OrganizationId, string? UserId);

/// <param name="Secret">The encrypted key.</param>
/// <param name="Last4">What is shown of it.</param>
/// <param name="ApiBase">Null: the provider's own address.</param>
/// <param name="Metadata">A JSON object as text.</param>
/// <param name="Validated">True where the provider has accepted it.</param>
public sealed record NewByokKey(
    Guid KeyId, ByokOwner Owner, string Provider, SealedSecret Secret, string Last4, string? ApiBase, string? ApiVersion, string Metadata,
    bool FallBackToPlatform, bool Validated);
