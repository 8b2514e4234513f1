using System.Security.Cryptography;
using System.Text;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>The OpenID Connect provider whose tokens this service accepts and through which users sign in.</summary>
public interface IIdentityProvider
{
    /// <summary>Whether tokens of a provider are accepted at all.</summary>
    bool IsConfigured { get; }

    /// <summary>Whether users can sign in through it: this service is a client there.</summary>
    bool CanSignIn { get; }

    /// <summary>
    /// Whose bearer token it is. Fails with a code that says no more than that the token is not valid, or that the provider's
    /// keys cannot be had; the reason is in the log.
    /// </summary>
    /// <param name="tokenHash">Lower-case hex of its SHA-256: a token that was checked a moment ago is not checked again.</param>
    ValueTask<Result<ExternalIdentity>> CheckAsync(string token, string tokenHash, CancellationToken cancellationToken);

    /// <summary>The provider's page where a user signs in (authorization code flow with PKCE S256).</summary>
    Task<Result<Uri>> BeginSignInAsync(SignInSecrets secrets, Uri redirectUri, CancellationToken cancellationToken);

    /// <summary>Trades the code for the user's identity.</summary>
    Task<Result<ExternalIdentity>> CompleteSignInAsync(string code, SignInSecrets secrets, Uri redirectUri, CancellationToken cancellationToken);
}

/// <summary>Who a user is at an identity provider.</summary>
public sealed record ExternalLogin(string Issuer, string Subject)
{
    /// <summary>Lower-case hex of the SHA-256 of both: a key of known length for caches and announcements.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Issuer}\n{Subject}")));
}

/// <summary>What the identity provider says of a user.</summary>
/// <param name="Email">Only where the provider has verified it.</param>
/// <param name="Organizations">Ids of organizations, the first one preferred; empty where the provider says nothing of any.</param>
/// <param name="IsOperator">The provider gives the user the operator's role.</param>
public sealed record ExternalIdentity(ExternalLogin Login, string Name, string? Email, IReadOnlyList<string> Organizations, bool IsOperator);

/// <summary>What binds a sign-in to the browser that began it.</summary>
/// <param name="State">Comes back with the code.</param>
/// <param name="Nonce">Stands in the identity token.</param>
/// <param name="CodeVerifier">Proves to the provider that who began is who ends.</param>
public sealed record SignInSecrets(string State, string Nonce, string CodeVerifier);
