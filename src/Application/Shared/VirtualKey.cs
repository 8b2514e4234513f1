using System.Security.Cryptography;
using System.Text;

namespace SaasLlm.Application.Shared;

/// <summary>
/// A team's secret: <c>sk-</c> and 64 random hex digits. Kept only as its SHA-256, which for 256 random bits needs no salt,
/// and as a display form that cannot be used.
/// </summary>
/// <param name="Secret">Shown once, when made.</param>
public sealed record VirtualKey(string Secret)
{
    private const string Prefix = "sk-";

    public static VirtualKey Create() => new(Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    public static bool LooksLikeOne(string token) => token.StartsWith(Prefix, StringComparison.Ordinal) && token.Length <= 200;

    /// <summary>Lower-case hex of the SHA-256 of the whole key.</summary>
    public static string HashOf(string secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary><c>sk-1234…cdef</c></summary>
    public static string DisplayOf(string secret) =>
        secret.Length <= 12 ? Prefix + "…" : $"{secret[..7]}…{secret[^4..]}";
}
