using System.Security.Cryptography;
using System.Text;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Security;

/// <summary>AES-256-GCM over the key ring. Layout: 12 bytes nonce, ciphertext, 16 bytes tag; the owner is associated data.</summary>
internal sealed class SecretBox(EncryptionKeys keys) : ISecretBox
{
    // Random nonces of 96 bits are safe for 2^32 encryptions with one key: far beyond what operators store.
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public bool IsConfigured => keys.ActiveId is not null;

    public SealedSecret Seal(string secret, string owner)
    {
        var keyId = keys.ActiveId ?? throw new InvalidOperationException("No encryption key is configured.");
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = box.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);

        using var aes = new AesGcm(keys.Find(keyId)!, TagBytes);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), Encoding.UTF8.GetBytes(owner));
        CryptographicOperations.ZeroMemory(plain);
        return new SealedSecret(keyId, box);
    }

    public string? Open(SealedSecret sealedSecret, string owner)
    {
        var box = sealedSecret.Ciphertext;
        var length = box.Length - NonceBytes - TagBytes;
        if (length < 0 || keys.Find(sealedSecret.KeyId) is not { } key)
            return null;

        var plain = new byte[length];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, length), box.AsSpan(NonceBytes + length), plain, Encoding.UTF8.GetBytes(owner));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
