namespace SaasLlm.Application.Ports;

/// <summary>Encrypts secrets that must be readable again, such as providers' keys. Secrets that are only compared are hashed instead.</summary>
public interface ISecretBox
{
    /// <summary>False where no encryption key is configured: nothing can be sealed.</summary>
    bool IsConfigured { get; }

    /// <summary>Encrypts with the active key.</summary>
    /// <param name="owner">What the secret belongs to, one of <see cref="SecretOwner"/>: it opens for no other owner, so a ciphertext copied to another row is worthless.</param>
    /// <exception cref="InvalidOperationException">No encryption key is configured.</exception>
    SealedSecret Seal(string secret, string owner);

    /// <summary>Null where the ring lacks the key, or the ciphertext is not the one sealed for this owner.</summary>
    string? Open(SealedSecret sealedSecret, string owner);
}

/// <param name="KeyId">The encryption key of the ring that it is sealed with.</param>
/// <param name="Ciphertext">Nonce, ciphertext and tag.</param>
public sealed record SealedSecret(string KeyId, byte[] Ciphertext);

/// <summary>The names of what secrets belong to; part of every ciphertext, so never changed.</summary>
public static class SecretOwner
{
    public static string ProviderCredential(Guid credentialId) => $"provider_credential/{credentialId}";

    public static string ByokKey(Guid keyId) => $"byok_key/{keyId}";

    public static string Webhook(Guid webhookId) => $"webhook/{webhookId}";
}
