using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>
/// Decides whether a token is the configured issuer's, for us, and valid now. It does little on purpose: see
/// <see cref="SignedToken"/> for what is not even looked at. Why a token is refused is for the log alone.
/// </summary>
internal sealed partial class JwtValidator(IssuerKeys keys, IOptions<OidcOptions> options, TimeProvider time, ILogger<JwtValidator> logger)
{
    /// <summary>By how much the issuer's clock may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    /// <param name="audience">Whom it must be for.</param>
    /// <param name="nonce">What it must repeat; null: nothing.</param>
    public async ValueTask<Result<ValidToken>> ValidateAsync(string token, string audience, string? nonce, CancellationToken cancellationToken)
    {
        if (SignedToken.Read(token, out var problem) is not { } read)
            return Refuse(problem);
        if (await keys.GetAsync(cancellationToken) is not { } issuer)
            return IdentitiesErrors.ProviderUnavailable();

        if (issuer.Find(read.KeyId, read.Algorithm) is not { } key)
        {
            issuer = await keys.GetAgainAsync(cancellationToken) ?? issuer;
            if (issuer.Find(read.KeyId, read.Algorithm) is not { } found)
                return Refuse("no such key");

            key = found;
        }

        if (!key.Verifies(read.Algorithm, read.Signed, read.Signature))
            return Refuse("signature");

        return Check(read.Claims, audience, nonce, time.GetUtcNow()) is { } wrong
            ? Refuse(wrong)
            : new ValidToken(read.Claims, TimeOf(read.Claims, "exp")!.Value + ClockSkew, issuer);
    }

    /// <summary>What is wrong with the claims; null: nothing.</summary>
    private string? Check(JsonElement claims, string audience, string? nonce, DateTimeOffset now)
    {
        if (TextOf(claims, "iss") != options.Value.Issuer)
            return "issuer";
        if (!IsFor(claims, audience))
            return "audience";
        if (TimeOf(claims, "exp") is not { } expiresAt)
            return "no expiry";
        if (expiresAt + ClockSkew <= now)
            return "expired";
        if (claims.TryGetProperty("nbf", out _) && (TimeOf(claims, "nbf") is not { } notBefore || notBefore - ClockSkew > now))
            return "not yet valid";

        return nonce is not null && TextOf(claims, "nonce") != nonce ? "nonce" : null;
    }

    private static bool IsFor(JsonElement claims, string audience)
    {
        if (!claims.TryGetProperty("aud", out var named))
            return false;

        return named.ValueKind switch
        {
            JsonValueKind.String => named.GetString() == audience,
            JsonValueKind.Array => named.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == audience),
            _ => false,
        };
    }

    private static string? TextOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Seconds since 1970, possibly with a fraction; null where it is no such number.</summary>
    private static DateTimeOffset? TimeOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
            && seconds is >= 0 and <= 32_503_680_000 // the year 3000
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    private Error Refuse(string reason)
    {
        LogRefused(reason);
        return IdentitiesErrors.InvalidToken();
    }

    [LoggerMessage(LogLevel.Information, "A token was refused: {Reason}")]
    private partial void LogRefused(string reason);
}

/// <param name="ValidUntil">Clock skew included.</param>
/// <param name="Issuer">Whose keys it was verified with.</param>
internal sealed record ValidToken(JsonElement Claims, DateTimeOffset ValidUntil, IssuerDocument Issuer);
