using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>The configured provider: its tokens as bearer credentials, and sign-in through it.</summary>
internal sealed partial class OidcProvider(
    OidcHttp http, IssuerKeys keys, JwtValidator validator, TokenMemory memory, IOptions<OidcOptions> options, ILogger<OidcProvider> logger) : IIdentityProvider
{
    public bool IsConfigured => !string.IsNullOrEmpty(options.Value.Issuer);

    public bool CanSignIn => IsConfigured && !string.IsNullOrEmpty(options.Value.ClientId);

    public ValueTask<Result<ExternalIdentity>> CheckAsync(string token, string tokenHash, CancellationToken cancellationToken)
    {
        if (!IsConfigured)
            return new(IdentitiesErrors.InvalidToken());

        // Asked for even where the token is known: it is what has the keys read again in time.
        var issuer = keys.GetAsync(cancellationToken);
        return issuer.IsCompletedSuccessfully && memory.Find(tokenHash) is { } known ? new(known) : VerifyAsync();

        async ValueTask<Result<ExternalIdentity>> VerifyAsync()
        {
            await issuer;
            var valid = await validator.ValidateAsync(token, options.Value.Audience!, null, cancellationToken);
            if (!valid.IsSuccess)
                return valid.Error;

            var identity = IdentityOf(valid.Value);
            if (identity.IsSuccess)
                memory.Keep(tokenHash, identity.Value, valid.Value);

            return identity;
        }
    }

    public async Task<Result<Uri>> BeginSignInAsync(SignInSecrets secrets, Uri redirectUri, CancellationToken cancellationToken)
    {
        if ((await keys.GetAsync(cancellationToken))?.AuthorizationEndpoint is not { } page)
            return IdentitiesErrors.ProviderUnavailable();

        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(secrets.CodeVerifier)));
        return new Uri(QueryHelpers.AddQueryString(page.AbsoluteUri, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = options.Value.ClientId,
            ["redirect_uri"] = AddressOf(redirectUri),
            ["scope"] = options.Value.Scope,
            ["state"] = secrets.State,
            ["nonce"] = secrets.Nonce,
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256",
        }));
    }

    public async Task<Result<ExternalIdentity>> CompleteSignInAsync(string code, SignInSecrets secrets, Uri redirectUri, CancellationToken cancellationToken)
    {
        if ((await keys.GetAsync(cancellationToken))?.TokenEndpoint is not { } endpoint)
            return IdentitiesErrors.ProviderUnavailable();

        JsonElement answer;
        try
        {
            answer = await http.PostAsync(endpoint, FormOf(code, secrets, redirectUri), ClientCredential(), cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            LogNotRedeemed(exception);
            return exception.StatusCode is { } status && (int)status < 500 ? IdentitiesErrors.ProviderSignInRefused() : IdentitiesErrors.ProviderUnavailable();
        }

        if (!answer.TryGetProperty("id_token", out var token) || token.ValueKind != JsonValueKind.String)
            return IdentitiesErrors.ProviderSignInRefused();

        var valid = await validator.ValidateAsync(token.GetString()!, options.Value.ClientId!, secrets.Nonce, cancellationToken);
        if (!valid.IsSuccess)
            return valid.Error.Kind == ErrorKind.Unauthorized ? IdentitiesErrors.ProviderSignInRefused() : valid.Error;

        var identity = IdentityOf(valid.Value);
        return identity.IsSuccess ? await WithAccessTokenAsync(identity.Value, answer, cancellationToken) : identity;
    }

    /// <summary>Some providers, Keycloak among them, say more of a user in the access token: roles and organizations count from either.</summary>
    private async Task<ExternalIdentity> WithAccessTokenAsync(ExternalIdentity identity, JsonElement answer, CancellationToken cancellationToken)
    {
        if (!answer.TryGetProperty("access_token", out var token) || token.ValueKind != JsonValueKind.String || token.GetString()!.Split('.').Length != 3)
            return identity;

        var valid = await validator.ValidateAsync(token.GetString()!, options.Value.Audience!, null, cancellationToken);
        if (!valid.IsSuccess || TokenClaims.IdentityOf(valid.Value.Claims, options.Value) is not { } access || access.Login != identity.Login)
            return identity;

        return identity with
        {
            Organizations = [.. identity.Organizations.Union(access.Organizations, StringComparer.Ordinal)],
            IsOperator = identity.IsOperator || access.IsOperator,
        };
    }

    private Dictionary<string, string> FormOf(string code, SignInSecrets secrets, Uri redirectUri)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = AddressOf(redirectUri),
            ["code_verifier"] = secrets.CodeVerifier,
        };
        if (string.IsNullOrEmpty(options.Value.ClientSecret))
            form["client_id"] = options.Value.ClientId!;

        return form;
    }

    /// <summary>HTTP Basic with both parts form-encoded (RFC 6749, 2.3.1); null for a public client.</summary>
    private AuthenticationHeaderValue? ClientCredential() =>
        options.Value is { ClientId: { } id, ClientSecret: { Length: > 0 } secret }
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")))
            : null;

    private string AddressOf(Uri redirectUri) => (options.Value.RedirectUri ?? redirectUri).AbsoluteUri;

    private Result<ExternalIdentity> IdentityOf(ValidToken token)
    {
        if (TokenClaims.IdentityOf(token.Claims, options.Value) is { } identity)
            return identity;

        LogNobody(options.Value.UserClaim);
        return IdentitiesErrors.InvalidToken();
    }

    [LoggerMessage(LogLevel.Warning, "The identity provider did not redeem a code")]
    private partial void LogNotRedeemed(Exception exception);

    [LoggerMessage(LogLevel.Information, "A token was refused: it has no claim {Claim}")]
    private partial void LogNobody(string claim);
}
