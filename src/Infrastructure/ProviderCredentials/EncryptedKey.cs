using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.ProviderCredentials;

/// <summary>The encrypted part of a credential's row.</summary>
internal sealed record EncryptedKey
{
    public required Guid CredentialId { get; init; }

    public required byte[] ApiKeyEncrypted { get; init; }

    public required string EncryptionKeyId { get; init; }

    public SealedSecret Secret => new(EncryptionKeyId, ApiKeyEncrypted);
}
