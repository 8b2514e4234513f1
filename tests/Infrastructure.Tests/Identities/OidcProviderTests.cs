using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Identities.Oidc;

namespace SaasLlm.Infrastructure.Tests.Identities;

/// <summary>Tokens that were verified a moment ago.</summary>
internal sealed class OidcProviderTests
{
    private FakeIssuer _issuer = null!;
    private OidcHttp _http = null!;
    private OidcProvider _provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _http = new OidcHttp();
        _provider = new OidcProvider(
            _http,
            _issuer.Published,
            _issuer.Validator,
            new TokenMemory(_issuer.Published, _issuer.Clock),
            Options.Create(new OidcOptions { Issuer = _issuer.Issuer, Audience = FakeIssuer.Audience }),
            NullLogger<OidcProvider>.Instance);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _issuer.DisposeAsync();
    }

    [Test]
    public async Task Check_WhenTheTokenWasVerified_RemembersItsIdentity()
    {
        var token = _issuer.Sign();

        var first = await CheckAsync(token);
        var second = await CheckAsync(token);

        Assert.That(second.Value, Is.SameAs(first.Value));
        Assert.That(first.Value.Login.Subject, Is.EqualTo("alice"));
    }

    [Test]
    public async Task Check_WhenARememberedTokenExpires_RefusesIt()
    {
        var token = _issuer.Sign();
        await CheckAsync(token);

        _issuer.Clock.Advance(TimeSpan.FromMinutes(5) + JwtValidator.ClockSkew);

        Assert.That((await CheckAsync(token)).IsSuccess, Is.False);
    }

    [Test]
    public async Task Check_WhenTheKeyOfARememberedTokenIsWithdrawn_RefusesIt()
    {
        var token = _issuer.Sign();
        await CheckAsync(token);
        _issuer.Keys.RemoveAt(0);

        // Anybody's unknown key id has the keys read again.
        await CheckAsync(_issuer.Sign(header: new { alg = "RS256", kid = "unknown" }));

        Assert.That((await CheckAsync(token)).IsSuccess, Is.False);
    }

    [Test]
    public async Task Check_WithoutAnIssuer_AcceptsNothingAndAsksNobody()
    {
        var provider = new OidcProvider(
            _http,
            _issuer.Published,
            _issuer.Validator,
            new TokenMemory(_issuer.Published, _issuer.Clock),
            Options.Create(new OidcOptions()),
            NullLogger<OidcProvider>.Instance);

        Assert.That((await provider.CheckAsync(_issuer.Sign(), "hash", CancellationToken.None)).IsSuccess, Is.False);
        Assert.That(_issuer.Reads, Is.Zero);
    }

    [TestCase("http://login.example.com", "api", ExpectedResult = false)]
    [TestCase("no address", "api", ExpectedResult = false)]
    [TestCase("https://login.example.com", null, ExpectedResult = false)]
    [TestCase("https://login.example.com", "api", ExpectedResult = true)]
    [TestCase(null, null, ExpectedResult = true)]
    public bool Options_WhenTheyAreUnsafeOrIncomplete_AreRefused(string? issuer, string? audience) =>
        new OidcOptions { Issuer = issuer, Audience = audience }.Problem is null;

    private ValueTask<Result<ExternalIdentity>> CheckAsync(string token) =>
        _provider.CheckAsync(token, Application.Shared.VirtualKey.HashOf(token), CancellationToken.None);
}
