using System.Security.Cryptography;
using SaasLlm.Infrastructure.Identities.Oidc;

namespace SaasLlm.Infrastructure.Tests.Identities;

internal sealed class IssuerKeysTests
{
    private FakeIssuer _issuer = null!;

    [SetUp]
    public async Task StartAsync() => _issuer = await FakeIssuer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _issuer.DisposeAsync();

    [Test]
    public async Task Keys_WhenManyTokensCome_AreReadOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _issuer.AcceptsAsync(_issuer.Sign())));

        Assert.That(_issuer.Reads, Is.EqualTo(1));
    }

    [Test]
    public async Task Keys_WhenTheIssuerHasANewOne_AreReadAgainAtOnce()
    {
        await _issuer.AcceptsAsync(_issuer.Sign());
        using var added = RSA.Create(2048);
        _issuer.Keys.Add(FakeIssuer.RsaKey(added, "rsa-2"));

        Assert.That(await _issuer.AcceptsAsync(SignedBy(added, "rsa-2")), Is.True);
        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.True, "the old one is still published");
    }

    [Test]
    public async Task Keys_WhenKeyIdsAreInvented_AreReadOnceInThirtySeconds()
    {
        await _issuer.AcceptsAsync(_issuer.Sign());
        for (var attempt = 0; attempt < 10; attempt++)
            await _issuer.AcceptsAsync(_issuer.Sign(header: new { alg = "RS256", kid = $"invented-{attempt}" }));
        Assert.That(_issuer.Reads, Is.EqualTo(2));

        _issuer.Clock.Advance(IssuerKeys.UnknownKeyPause);
        await _issuer.AcceptsAsync(_issuer.Sign(header: new { alg = "RS256", kid = "invented" }));
        Assert.That(_issuer.Reads, Is.EqualTo(3));
    }

    [Test]
    public async Task Keys_WhenTheIssuerIsDown_StillCount()
    {
        await _issuer.AcceptsAsync(_issuer.Sign());
        _issuer.IsDown = true;

        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign(header: new { alg = "RS256", kid = "unknown" })), Is.False);
        _issuer.Clock.Advance(2 * IssuerKeys.FreshFor);
        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.True);
    }

    [Test]
    public async Task Keys_WhenNeverHad_MakeTheProviderUnavailableUntilItIsBack()
    {
        _issuer.IsDown = true;
        var refused = await _issuer.Validator.ValidateAsync(_issuer.Sign(), FakeIssuer.Audience, null, CancellationToken.None);
        Assert.That(refused.Error?.Code, Is.EqualTo("identity_provider_unavailable"));

        _issuer.IsDown = false;
        _issuer.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.True);
    }

    [Test]
    public async Task Keys_WhenOneIsWithdrawn_ForgetItWithinTheTimeTheyAreFresh()
    {
        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.True);
        var before = _issuer.Published.Current;
        _issuer.Keys.RemoveAt(0);
        _issuer.Clock.Advance(IssuerKeys.FreshFor);

        // The first one after that still passes, and sets off the reading in the background.
        await _issuer.AcceptsAsync(_issuer.Sign());
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (ReferenceEquals(_issuer.Published.Current, before))
            await poll.WaitForNextTickAsync(patience.Token);

        Assert.That(await _issuer.AcceptsAsync(_issuer.Sign()), Is.False);
    }

    [TestCase("https://login.example.com", ExpectedResult = true)]
    [TestCase("http://127.0.0.1:8080", ExpectedResult = true)]
    [TestCase("http://localhost/realms/a", ExpectedResult = true)]
    [TestCase("http://login.example.com", ExpectedResult = false)]
    [TestCase("file:///etc/passwd", ExpectedResult = false)]
    public bool Address_WithoutEncryption_IsSafeOnLoopbackOnly(string address) => OidcHttp.IsSafe(new Uri(address));

    private string SignedBy(RSA key, string keyId) => _issuer.Sign(
        header: new { alg = "RS256", kid = keyId }, signer: text => key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}
