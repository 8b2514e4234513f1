using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Identities.Oidc;

namespace SaasLlm.Infrastructure.Tests.Identities;

/// <summary>Each way in which token checks have been broken elsewhere.</summary>
internal sealed class JwtValidatorTests
{
    private static readonly Dictionary<string, Func<FakeIssuer, string>> Accepted = new(StringComparer.Ordinal)
    {
        ["RS256"] = issuer => issuer.Sign(),
        ["PS256"] = issuer => issuer.Sign(header: new { alg = "PS256", kid = FakeIssuer.KeyId }, signer: issuer.WithPss),
        ["ES256"] = issuer => issuer.Sign(header: new { alg = "ES256", kid = "ec-1" }, signer: issuer.WithCurve),
        ["type of an access token"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, typ = "at+jwt" }),
        ["no key id, one key that fits"] = issuer => issuer.Sign(header: new { alg = "RS256" }),
        ["one of several audiences"] = issuer => issuer.Sign(issuer.Claims(("aud", new[] { "other", FakeIssuer.Audience }))),
        ["no nbf"] = issuer => issuer.Sign(issuer.Claims(("nbf", null))),
        ["expired within the clock skew"] = issuer => issuer.Sign(issuer.Claims(("exp", issuer.In(TimeSpan.FromSeconds(-59))))),
        ["valid soon, within the clock skew"] = issuer => issuer.Sign(issuer.Claims(("nbf", issuer.In(TimeSpan.FromSeconds(59))))),
        ["a fraction of a second"] = issuer => issuer.Sign(issuer.Claims(("exp", issuer.In(TimeSpan.FromMinutes(1)) + 0.5))),
    };

    private static readonly Dictionary<string, Func<FakeIssuer, string>> Attacks = new(StringComparer.Ordinal)
    {
        ["alg none, no signature"] = issuer => issuer.Sign(header: new { alg = "none" }, signer: _ => []),
        ["alg none, a signature"] = issuer => issuer.Sign(header: new { alg = "none", kid = FakeIssuer.KeyId }),
        ["alg nOnE"] = issuer => issuer.Sign(header: new { alg = "nOnE", kid = FakeIssuer.KeyId }),
        ["alg missing"] = issuer => issuer.Sign(header: new { kid = FakeIssuer.KeyId }),
        ["alg no text"] = issuer => issuer.Sign(header: new { alg = 256, kid = FakeIssuer.KeyId }),
        ["alg twice"] = issuer => issuer.Sign(header: """{"alg":"RS256","alg":"none","kid":"rsa-1"}"""),
        ["HS256 with the public key as secret, PEM"] = issuer => issuer.Sign(
            header: new { alg = "HS256", kid = FakeIssuer.KeyId }, signer: text => HMACSHA256.HashData(Encoding.ASCII.GetBytes(issuer.Rsa.ExportSubjectPublicKeyInfoPem()), text)),
        ["HS256 with the public key as secret, modulus"] = issuer => issuer.Sign(
            header: new { alg = "HS256", kid = FakeIssuer.KeyId }, signer: text => HMACSHA256.HashData(issuer.Rsa.ExportParameters(false).Modulus!, text)),
        ["RS512"] = issuer => issuer.Sign(
            header: new { alg = "RS512", kid = FakeIssuer.KeyId }, signer: text => issuer.Rsa.SignData(text, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)),
        ["PS256 named RS256"] = issuer => issuer.Sign(signer: issuer.WithPss),
        ["RS256 named PS256"] = issuer => issuer.Sign(header: new { alg = "PS256", kid = FakeIssuer.KeyId }),
        ["ES256 with an RSA key"] = issuer => issuer.Sign(header: new { alg = "ES256", kid = FakeIssuer.KeyId }),
        ["RS256 with a curve's key"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = "ec-1" }, signer: issuer.WithCurve),
        ["ES256 with zeros for a signature"] = issuer => issuer.Sign(header: new { alg = "ES256", kid = "ec-1" }, signer: _ => new byte[64]),
        ["ES256 in DER"] = issuer => issuer.Sign(
            header: new { alg = "ES256", kid = "ec-1" }, signer: text => issuer.Curve.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        ["unknown kid"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = "other" }),
        ["kid no text"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = 1 }),
        ["another's key under a known kid"] = issuer => issuer.Sign(signer: SignedByAnother),
        ["weak RSA key"] = SignedWeakly,
        ["a key for encryption"] = SignedWithAKeyForEncryption,
        ["expired"] = issuer => issuer.Sign(issuer.Claims(("exp", issuer.In(TimeSpan.FromSeconds(-60))))),
        ["no expiry"] = issuer => issuer.Sign(issuer.Claims(("exp", null))),
        ["expiry no number"] = issuer => issuer.Sign(issuer.Claims(("exp", "9999999999"))),
        ["expiry beyond all bounds"] = issuer => issuer.Sign(issuer.Claims(("exp", 1e300))),
        ["not yet valid"] = issuer => issuer.Sign(issuer.Claims(("nbf", issuer.In(TimeSpan.FromSeconds(61))))),
        ["nbf no number"] = issuer => issuer.Sign(issuer.Claims(("nbf", "soon"))),
        ["another audience"] = issuer => issuer.Sign(issuer.Claims(("aud", "other"))),
        ["no audience"] = issuer => issuer.Sign(issuer.Claims(("aud", null))),
        ["audience in another case"] = issuer => issuer.Sign(issuer.Claims(("aud", "API"))),
        ["another issuer"] = issuer => issuer.Sign(issuer.Claims(("iss", "https://evil.example"))),
        ["issuer with a slash more"] = issuer => issuer.Sign(issuer.Claims(("iss", issuer.Issuer + "/"))),
        ["no issuer"] = issuer => issuer.Sign(issuer.Claims(("iss", null))),
        ["crit"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, crit = new[] { "exp" } }),
        ["jwk"] = SignedWithAKeyOfItsOwn,
        ["jku"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, jku = "https://evil.example/jwks" }),
        ["x5u"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, x5u = "https://evil.example/cert" }),
        ["b64"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, b64 = false }),
        ["a logout token"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, typ = "logout+jwt" }),
        ["a proof of possession"] = issuer => issuer.Sign(header: new { alg = "RS256", kid = FakeIssuer.KeyId, typ = "dpop+jwt" }),
        ["JWE: five parts"] = issuer => issuer.Sign(header: new { alg = "RSA-OAEP", enc = "A256GCM" }) + ".a.b",
        ["JWE header on three parts"] = issuer => issuer.Sign(header: new { alg = "RS256", enc = "A256GCM", kid = FakeIssuer.KeyId }),
        ["signature left out"] = issuer => WithoutSignature(issuer) + ".",
        ["two parts"] = WithoutSignature,
        ["four parts"] = issuer => issuer.Sign() + ".x",
        ["claims changed"] = issuer => Changed(issuer),
        ["claims twice"] = issuer => issuer.Sign($$"""{"iss":"{{issuer.Issuer}}","aud":"other","aud":"api","exp":{{issuer.In(TimeSpan.FromHours(1))}}}"""),
        ["claims no object"] = issuer => issuer.Sign("[1]"),
        ["header no JSON"] = issuer => issuer.Sign(header: "{"),
        ["deep nesting"] = issuer => issuer.Sign(new string('[', 500) + new string(']', 500)),
        ["spaces within"] = issuer => issuer.Sign().Insert(10, " "),
        ["padding"] = issuer => issuer.Sign() + "=",
        ["standard base64"] = issuer => issuer.Sign().Replace('-', '+').Replace('_', '/') + "+",
        ["oversized"] = issuer => issuer.Sign(issuer.Claims(("filler", new string('x', SignedToken.MaxLength)))),
        ["empty"] = _ => "",
        ["dots alone"] = _ => "..",
    };

    private FakeIssuer _issuer = null!;

    [SetUp]
    public async Task StartAsync() => _issuer = await FakeIssuer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _issuer.DisposeAsync();

    [TestCaseSource(nameof(NamesOfAccepted))]
    public async Task Validate_WhenTheTokenIsGood_AcceptsIt(string name) =>
        Assert.That(await _issuer.AcceptsAsync(Accepted[name](_issuer)), Is.True);

    [TestCaseSource(nameof(NamesOfAttacks))]
    public async Task Validate_WhenAnythingIsWrong_RefusesItWithoutSayingWhy(string name)
    {
        var checkedToken = await _issuer.Validator.ValidateAsync(Attacks[name](_issuer), FakeIssuer.Audience, null, CancellationToken.None);

        Assert.That(checkedToken.Error?.Kind, Is.EqualTo(ErrorKind.Unauthorized));
        Assert.That(checkedToken.Error?.Code, Is.EqualTo("invalid_api_key"));
        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.True, "the issuer's own is still good");
    }

    [TestCase("n-1", ExpectedResult = true)]
    [TestCase("n-2", ExpectedResult = false)]
    [TestCase(null, ExpectedResult = false)]
    public async Task<bool> Validate_WhenANonceIsExpected_AcceptsThatOneOnly(string? nonce)
    {
        var token = _issuer.Sign(_issuer.Claims(("nonce", nonce)));

        return (await _issuer.Validator.ValidateAsync(token, FakeIssuer.Audience, "n-1", CancellationToken.None)).IsSuccess;
    }

    [Test]
    public async Task Validate_WhenNoKeyIdIsNamedAndTwoKeysFit_Refuses()
    {
        using var second = RSA.Create(2048);
        _issuer.Keys.Add(FakeIssuer.RsaKey(second, "rsa-2"));

        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign(header: new { alg = "RS256" })), Is.False);
    }

    [Test]
    public async Task Validate_WhenTheKeyNamesItsAlgorithm_AcceptsNoOther()
    {
        var parameters = _issuer.Rsa.ExportParameters(false);
        _issuer.Keys[0] = new
        {
            kty = "RSA", kid = FakeIssuer.KeyId, alg = "PS256", n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent),
        };

        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.False);
        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign(header: new { alg = "PS256", kid = FakeIssuer.KeyId }, signer: _issuer.WithPss)), Is.True);
    }

    private static string[] NamesOfAccepted() => [.. Accepted.Keys];

    private static string[] NamesOfAttacks() => [.. Attacks.Keys];

    private static byte[] SignedByAnother(byte[] text)
    {
        using var another = RSA.Create(2048);
        return another.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string SignedWeakly(FakeIssuer issuer)
    {
        using var weak = RSA.Create(1024);
        issuer.Keys.Add(FakeIssuer.RsaKey(weak, "weak"));
        return issuer.Sign(header: new { alg = "RS256", kid = "weak" }, signer: text => weak.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string SignedWithAKeyForEncryption(FakeIssuer issuer)
    {
        using var other = RSA.Create(2048);
        issuer.Keys.Add(FakeIssuer.RsaKey(other, "encryption", use: "enc"));
        return issuer.Sign(header: new { alg = "RS256", kid = "encryption" }, signer: text => other.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string SignedWithAKeyOfItsOwn(FakeIssuer issuer)
    {
        using var own = RSA.Create(2048);
        return issuer.Sign(
            header: new { alg = "RS256", kid = FakeIssuer.KeyId, jwk = FakeIssuer.RsaKey(own, FakeIssuer.KeyId) },
            signer: text => own.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string WithoutSignature(FakeIssuer issuer)
    {
        var token = issuer.Sign();
        return token[..token.LastIndexOf('.')];
    }

    private static string Changed(FakeIssuer issuer)
    {
        var (honest, forged) = (issuer.Sign().Split('.'), issuer.Sign(issuer.Claims(("sub", "admin"))).Split('.'));
        return $"{honest[0]}.{forged[1]}.{honest[2]}";
    }
}
