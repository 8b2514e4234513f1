using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Identities;

/// <summary>
/// One sign-in through the identity provider. All that binds it to its browser is derived from a secret in a cookie that lives
/// for minutes: no node keeps anything, and any node can end what another began.
/// </summary>
/// <param name="Cookie">For the browser alone: the secret, and where to go afterwards.</param>
/// <param name="ReturnUrl">A path of this service.</param>
public sealed record OidcFlow(string Cookie, string ReturnUrl, SignInSecrets Secrets)
{
    /// <summary>How long the user may take at the provider.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    private const string DefaultReturnUrl = "/dashboard";
    private const int SecretBytes = 32;
    private const int MaxReturnUrlLength = 1000;

    /// <summary>A new one.</summary>
    /// <param name="returnUrl">Must be local.</param>
    public static OidcFlow Begin(string? returnUrl) =>
        From(RandomNumberGenerator.GetBytes(SecretBytes), returnUrl ?? DefaultReturnUrl);

    /// <summary>The one that a cookie belongs to; null where it is no cookie of ours.</summary>
    public static OidcFlow? Resume(string? cookie)
    {
        if (cookie is not { Length: > 0 and <= 4096 } || cookie.Split('.') is not [var secret, var returnUrl]
            || !Base64Url.IsValid(secret) || !Base64Url.IsValid(returnUrl))
            return null;

        var bytes = Base64Url.DecodeFromChars(secret);
        var url = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(returnUrl));
        return bytes.Length == SecretBytes && IsLocal(url) ? From(bytes, url) : null;
    }

    /// <summary>Whether it leads nowhere else: browsers read backslashes as slashes and skip control characters.</summary>
    public static bool IsLocal(string url) =>
        url.Length <= MaxReturnUrlLength
        && url.StartsWith('/')
        && !url.StartsWith("//", StringComparison.Ordinal)
        && !url.Any(c => c == '\\' || char.IsControl(c) || c > '~');

    /// <summary>Whether the provider sent the browser that began here.</summary>
    public bool Began(string state) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(Secrets.State));

    private static OidcFlow From(byte[] secret, string returnUrl) => new(
        $"{Base64Url.EncodeToString(secret)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(returnUrl))}",
        returnUrl,
        new SignInSecrets(Derive(secret, "state"u8), Derive(secret, "nonce"u8), Derive(secret, "code_verifier"u8)));

    private static string Derive(byte[] secret, ReadOnlySpan<byte> purpose) => Base64Url.EncodeToString(HMACSHA256.HashData(secret, purpose));
}
