using System.Security.Cryptography;
using System.Text;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>The secret of a session: 64 random hex digits in a cookie that scripts cannot read. Kept only as its SHA-256.</summary>
public static class SessionToken
{
    private const int Bytes = 32;
    private const int Length = 2 * Bytes;

    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    public static bool LooksLikeOne(string token) => token.Length == Length && token.All(char.IsAsciiHexDigitLower);

    public static string HashOf(string token) => VirtualKey.HashOf(token);

    /// <summary>
    /// The anti-forgery token of a session: another site can make a browser send the cookie, but can neither read this nor
    /// compute it. Derived, so that nothing is kept and a page can ask for it again.
    /// </summary>
    public static string AntiforgeryOf(string token) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(token), "antiforgery"u8));
}
