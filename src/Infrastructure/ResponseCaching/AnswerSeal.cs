using System.Security.Cryptography;
using System.Text;
using SaasLlm.Infrastructure.Security;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>
/// Encrypts answers for Redis with AES-256-GCM where the service has encryption keys. Each cache key has an encryption key of its
/// own, derived from the ring's: one key for all of them would see more random nonces than are safe, and a value that was moved
/// to another place does not open. Layout: 1, length and id of the ring's key, nonce, ciphertext, tag; unsealed: 0, answer.
/// </summary>
internal sealed class AnswerSeal(EncryptionKeys keys)
{
    private const byte Open = 0;
    private const byte Sealed = 1;
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public byte[] Seal(ReadOnlySpan<byte> answer, ResponseKey key)
    {
        if (keys.ActiveId is not { } keyId)
            return [Open, .. answer];

        var head = 2 + Encoding.ASCII.GetByteCount(keyId);
        var value = new byte[head + NonceBytes + answer.Length + TagBytes];
        value[0] = Sealed;
        value[1] = (byte)(head - 2);
        Encoding.ASCII.GetBytes(keyId, value.AsSpan(2));
        var nonce = value.AsSpan(head, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Cipher(keys.Find(keyId)!, key);
        aes.Encrypt(nonce, answer, value.AsSpan(head + NonceBytes, answer.Length), value.AsSpan(value.Length - TagBytes));
        return value;
    }

    /// <summary>Null where it cannot be opened. A service with encryption keys takes nothing unsealed: somebody else may have put it there.</summary>
    public byte[]? Unseal(ReadOnlySpan<byte> value, ResponseKey key)
    {
        if (value.Length > 0 && value[0] == Open)
            return keys.ActiveId is null ? value[1..].ToArray() : null;
        if (value.Length < 2 || value[0] != Sealed || value.Length < 2 + value[1] + NonceBytes + TagBytes)
            return null;

        var head = 2 + value[1];
        if (keys.Find(Encoding.ASCII.GetString(value[2..head])) is not { } ringKey)
            return null;

        var answer = new byte[value.Length - head - NonceBytes - TagBytes];
        using var aes = Cipher(ringKey, key);
        try
        {
            aes.Decrypt(value.Slice(head, NonceBytes), value.Slice(head + NonceBytes, answer.Length), value[^TagBytes..], answer);
            return answer;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static AesGcm Cipher(byte[] ringKey, ResponseKey key)
    {
        Span<byte> use = stackalloc byte[Purpose.Length + ResponseKey.Length];
        Purpose.CopyTo(use);
        key.CopyTo(use[Purpose.Length..]);
        Span<byte> own = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ringKey, own, salt: default, info: use);
        return new AesGcm(own, TagBytes);
    }

    private static ReadOnlySpan<byte> Purpose => "saasllm/response-cache/1:"u8;
}
