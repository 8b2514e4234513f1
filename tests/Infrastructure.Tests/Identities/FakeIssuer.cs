using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SaasLlm.Infrastructure.Identities.Oidc;
using SaasLlm.Infrastructure.Tests.RateLimiting;

namespace SaasLlm.Infrastructure.Tests.Identities;

/// <summary>An issuer that publishes whatever keys a test wants, and signs whatever it says.</summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    public const string Audience = "api";
    public const string KeyId = "rsa-1";

    /// <summary>Of all issuers: a key takes a quarter of a second to find.</summary>
    private static readonly RSA OneKey = RSA.Create(2048);

    private readonly WebApplication _app;
    private readonly OidcHttp _http = new();

    private FakeIssuer(WebApplication app) => _app = app;

    public HandClock Clock { get; } = new();

    public RSA Rsa { get; } = OneKey;

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What is published.</summary>
    public List<object> Keys { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>How often the keys were asked for.</summary>
    public int Reads { get; private set; }

    public string Issuer { get; private set; } = "";

    public IssuerKeys Published { get; private set; } = null!;

    public JwtValidator Validator { get; private set; } = null!;

    public static async Task<FakeIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var issuer = new FakeIssuer(app);
        app.MapGet("/.well-known/openid-configuration", () => issuer.Answer(new { issuer = issuer.Issuer, jwks_uri = issuer.Issuer + "/jwks" }));
        app.MapGet("/jwks", () =>
        {
            issuer.Reads++;
            return issuer.Answer(new { keys = issuer.Keys });
        });
        await app.StartAsync();
        issuer.Issuer = app.Urls.Single();
        issuer.Keys.Add(RsaKey(issuer.Rsa, KeyId));
        issuer.Keys.Add(CurveKey(issuer.Curve, "ec-1"));

        var options = Options.Create(new OidcOptions { Issuer = issuer.Issuer, Audience = Audience });
        issuer.Published = new IssuerKeys(issuer._http, options, issuer.Clock, NullLogger<IssuerKeys>.Instance);
        issuer.Validator = new JwtValidator(issuer.Published, options, issuer.Clock, NullLogger<JwtValidator>.Instance);
        return issuer;
    }

    public static object RsaKey(RSA rsa, string keyId, string? use = "sig")
    {
        var parameters = rsa.ExportParameters(false);
        return new { kty = "RSA", kid = keyId, use, n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) };
    }

    public static object CurveKey(ECDsa curve, string keyId)
    {
        var parameters = curve.ExportParameters(false);
        return new { kty = "EC", crv = "P-256", kid = keyId, x = Base64Url.EncodeToString(parameters.Q.X), y = Base64Url.EncodeToString(parameters.Q.Y) };
    }

    /// <summary>Claims that are good in all respects, with some of them changed; a null one is left out.</summary>
    public Dictionary<string, object> Claims(params (string Name, object? Value)[] changes)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "alice",
            ["exp"] = In(TimeSpan.FromMinutes(5)),
            ["nbf"] = In(TimeSpan.Zero),
        };
        foreach (var (name, value) in changes)
        {
            if (value is null)
                claims.Remove(name);
            else
                claims[name] = value;
        }

        return claims;
    }

    public long In(TimeSpan time) => (Clock.GetUtcNow() + time).ToUnixTimeSeconds();

    public string Sign(object? claims = null, object? header = null, Func<byte[], byte[]>? signer = null)
    {
        var text = $"{Part(header ?? new { alg = "RS256", kid = KeyId })}.{Part(claims ?? Claims())}";
        return $"{text}.{Base64Url.EncodeToString((signer ?? WithRsa)(Encoding.ASCII.GetBytes(text)))}";
    }

    public byte[] WithRsa(byte[] text) => Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public byte[] WithPss(byte[] text) => Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    public byte[] WithCurve(byte[] text) => Curve.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public async Task<bool> AcceptsAsync(string token) => (await Validator.ValidateAsync(token, Audience, null, CancellationToken.None)).IsSuccess;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Published.Dispose();
        _http.Dispose();
        Curve.Dispose();
    }

    private static string Part(object value) =>
        Base64Url.EncodeToString(value is string raw ? Encoding.UTF8.GetBytes(raw) : JsonSerializer.SerializeToUtf8Bytes(value));

    private IResult Answer(object value) => IsDown ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.Json(value);
}
