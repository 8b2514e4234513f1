using System.Security.Cryptography;
using System.Text;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.KeyLinks;

/// <summary>
/// The secret of a link that hands a key over: 64 random hex digits, which are kept nowhere. Their SHA-256 finds the row, and the
/// key in it opens only with what is derived from the digits themselves: the database alone opens nothing.
/// </summary>
public static class KeyLinkToken
{
    private const int Bytes = 32;
    private const int Length = 2 * Bytes;
    private const int EncryptionKeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    public static bool LooksLikeOne(string? token) => token is { Length: Length } && token.All(char.IsAsciiHexDigitLower);

    /// <summary>Lower-case hex.</summary>
    public static string HashOf(string token) => VirtualKey.HashOf(token);

    /// <summary>Encrypts with AES-256-GCM. Layout: 12 bytes nonce, ciphertext, 16 bytes tag.</summary>
    public static byte[] Seal(string token, string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = box.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = CipherOf(token);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length));
        return box;
    }

    /// <exception cref="AuthenticationTagMismatchException">It was sealed with another token, or was changed since.</exception>
    public static string Open(string token, byte[] box)
    {
        ArgumentNullException.ThrowIfNull(box);
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = CipherOf(token);
        aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), plain);
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>Derived otherwise than the hash that is kept, so that one says nothing of the other.</summary>
    private static AesGcm CipherOf(string token) => new(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromHexString(token), EncryptionKeyBytes, info: "saasllm key link"u8.ToArray()), TagBytes);
}
