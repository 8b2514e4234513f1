using System.Security.Cryptography;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>A user's API key: <c>uc_</c> and 64 random hex digits. Kept only as its SHA-256 and as a display form that cannot be used.</summary>
/// <param name="Secret">Shown once, when made.</param>
public sealed record UserKey(string Secret)
{
    private const string Prefix = "uc_";
    private const int Length = 67;

    public string Hash => VirtualKey.HashOf(Secret);

    public static UserKey Create() => new(Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Whether it can be one at all: what cannot is never looked up.</summary>
    public static bool LooksLikeOne(string token)
    {
        if (token.Length != Length || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return false;

        foreach (var c in token.AsSpan(Prefix.Length))
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }

        return true;
    }

    /// <summary><c>uc_1234…cdef</c></summary>
    public static string DisplayOf(string secret) => VirtualKey.DisplayOf(secret);
}
