using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>Calls by keys that the caller brought.</summary>
internal sealed class ByokTests
{
    private const string Secret = "sk-own-0123456789abcdefgh";

    private FakeUpstream _own = null!;
    private FakeUpstream _platform = null!;
    private GatewayBench _bench = null!;

    [SetUp]
    public async Task SetUp()
    {
        _own = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _platform = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _bench = new GatewayBench(new() { ["Outgoing:AllowedNetworks:0"] = "127.0.0.0/8", ["Llm:BreakerMinimumThroughput"] = "2", ["Llm:Retries"] = "0" });
    }

    [TearDown]
    public async Task TearDown()
    {
        await _bench.DisposeAsync();
        await _platform.DisposeAsync();
        await _own.DisposeAsync();
    }

    [Test]
    public async Task SendAsync_WhenTheCallerBroughtAKey_UsesItBeforeThePlatforms()
    {
        var key = Key("custom");

        var reply = await SendAsync([key], Platform("a", "custom"));

        Assert.That((reply.Error, reply.ByokKeyId), Is.EqualTo((default(Error), key.KeyId)));
        Assert.That(_own.Received.Single().Headers["Authorization"], Is.EqualTo("Bearer " + Secret));
        Assert.That(_platform.Received, Is.Empty);
    }

    [Test]
    public async Task SendAsync_WhenTheKeyServesNoTarget_GoesThePlatformsWay()
    {
        var reply = await SendAsync([Key("groq")], Platform("a", "custom"));

        Assert.That((reply.Error, reply.ByokKeyId), Is.EqualTo((default(Error), default(Guid?))));
        Assert.That((_own.Received.Count, _platform.Received.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task SendAsync_WhenOnlyOpenRouterServes_AsksItByItsOwnName()
    {
        var model = Platform("claude", "anthropic") with { UpstreamModel = "claude-sonnet-4-5-20250929" };

        var reply = await SendAsync([Key("openrouter")], model);

        Assert.That(reply.Error, Is.Null);
        Assert.That((reply.Model, _own.Received.Single().Path), Is.EqualTo((model, "/v1/chat/completions")));
        Assert.That(_own.Received.Single().Body, Does.Contain("\"anthropic/claude-sonnet-4.5\""));
    }

    [TestCase(401)]
    [TestCase(403)]
    public async Task SendAsync_WhenTheKeyIsRefused_EndsWithTheCallersOwnErrorAndAsksNobodyElse(int status)
    {
        _own.Answer(UpstreamScript.Error(status, message: "Incorrect API key provided: " + Secret));
        var key = Key("custom");

        var reply = await SendAsync([key, Key("groq")], Platform("a", "custom"), Platform("b", "groq"));

        Assert.That((reply.Error?.Code, reply.Error?.Kind, reply.ByokKeyId, reply.Attempts), Is.EqualTo(("byok_key_invalid", ErrorKind.Unauthorized, (Guid?)key.KeyId, 1)));
        Assert.That(reply.Error!.Message, Is.EqualTo("Your own API key for custom was refused; replace it or delete it."));
        Assert.That((_own.Received.Count, _platform.Received.Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task SendAsync_WhenTheKeyIsRefusedInGooglesWay_SaysSoToo()
    {
        _own.Answer(UpstreamScript.Error(400, message: "API key not valid. Please pass a valid API key."));

        var reply = await SendAsync([Key("google")], Platform("a", "gemini"));

        Assert.That((reply.Error?.Code, _platform.Received.Count), Is.EqualTo(("byok_key_invalid", 0)));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheKeyIsRefused_RefusesBeforeAnything()
    {
        _own.Answer(UpstreamScript.Error(401));

        await using var stream = await _bench.Gateway.OpenStreamAsync(
            GatewayBench.Request(), [Platform("a", "custom")], new("org", Keys(Key("custom"))), null, CancellationToken.None);

        Assert.That((stream.Error?.Code, _platform.Received.Count), Is.EqualTo(("byok_key_invalid", 0)));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheKeyServes_SaysWhichDid()
    {
        _own.Answer(UpstreamScript.Stream(UpstreamScript.Text("hi"), UpstreamScript.Finish(), UpstreamScript.Done));
        var key = Key("custom");

        await using var stream = await _bench.Gateway.OpenStreamAsync(
            GatewayBench.Request(), [Platform("a", "custom")], new("org", Keys(key)), null, CancellationToken.None);

        Assert.That((stream.Error, stream.ByokKeyId), Is.EqualTo((default(Error), key.KeyId)));
    }

    [Test]
    public async Task SendAsync_WhenTheKeysProviderFails_TriesTheOtherKeysOnly()
    {
        _own.Answer(UpstreamScript.Error(500));
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var second = Key("groq", other);

        var reply = await SendAsync([Key("custom"), second], Platform("a", "custom"), Platform("x", "deepseek"), Platform("b", "groq"));
        other.Answer(UpstreamScript.Error(500));
        var failed = await SendAsync([Key("custom"), second], Platform("a", "custom"), Platform("x", "deepseek"), Platform("b", "groq"));

        Assert.That((reply.Error, reply.ByokKeyId, reply.Model!.Alias), Is.EqualTo((default(Error), (Guid?)second.KeyId, "b")));
        Assert.That((failed.Error?.Code, _platform.Received.Count), Is.EqualTo(("upstream_failed", 0)));
    }

    [TestCase(401)]
    [TestCase(500)]
    public async Task SendAsync_WhenTheKeyFailsAndMayFallBack_GoesOnWithThePlatforms(int status)
    {
        _own.Answer(UpstreamScript.Error(status));

        var reply = await SendAsync([Key("custom", fallsBack: true)], Platform("a", "custom"), Platform("b", "groq"));

        Assert.That((reply.Error, reply.ByokKeyId, reply.Model!.Alias), Is.EqualTo((default(Error), default(Guid?), "a")));
        Assert.That((_own.Received.Count, _platform.Received.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task SendAsync_WhenOneOfTwoKeysMayNotFallBack_NeverReachesThePlatforms()
    {
        _own.Answer(UpstreamScript.Error(500));

        var reply = await SendAsync([Key("custom", fallsBack: true), Key("groq")], Platform("a", "custom"), Platform("b", "groq"));

        Assert.That((reply.Error?.Code, _platform.Received.Count), Is.EqualTo(("upstream_failed", 0)));
    }

    [Test]
    public async Task SendAsync_WhenThePlatformMayNotServeTheModel_NeverReachesIt()
    {
        _own.Answer(UpstreamScript.Error(401));

        var reply = await _bench.Gateway.SendAsync(
            GatewayBench.Request(), [Platform("a", "custom")], new("org", Keys(Key("custom", fallsBack: true)), OwnKeysOnly: true), null, CancellationToken.None);

        Assert.That((reply.Error?.Code, _platform.Received.Count), Is.EqualTo(("byok_key_invalid", 0)));
    }

    [Test]
    public async Task SendAsync_WhenTheKeyMayFallBackAndNothingIsThere_SaysThatTheKeyWasRefused()
    {
        _own.Answer(UpstreamScript.Error(401));

        var reply = await SendAsync([Key("custom", fallsBack: true)], GatewayBench.Model("a", "custom"));

        Assert.That(reply.Error?.Code, Is.EqualTo("byok_key_invalid"));
    }

    [Test]
    public async Task SendAsync_WhenTheCircuitOfAKeyOpens_LeavesOtherKeysAndThePlatformsAlone()
    {
        var model = Platform("a", "custom");
        _own.Answer(UpstreamScript.Error(500));
        var broken = Key("custom");
        for (var i = 0; i < 4; i++)
            await SendAsync([broken], model);
        _own.Answer(UpstreamScript.Good());

        var open = await SendAsync([broken], model);
        var other = await SendAsync([Key("custom")], model);
        var platform = await _bench.SendAsync(GatewayBench.Request(), model);

        Assert.That((open.Error?.Code, other.Error, platform.Error), Is.EqualTo(("upstream_unavailable", default(Error), default(Error))));
    }

    [Test]
    public async Task SendAsync_WhenTheModelIsFull_StillServesCallersKeys()
    {
        var model = Platform("a", "custom") with { MaxParallel = 1 };
        var released = new TaskCompletionSource();
        _platform.Answer(UpstreamScript.GoodWhen(released.Task));
        var filling = _bench.SendAsync(GatewayBench.Request(), model);
        await _platform.ArrivalAsync();

        var own = await SendAsync([Key("custom")], model);
        released.SetResult();

        Assert.That((own.Error, (await filling).Error), Is.EqualTo((default(Error), default(Error))));
    }

    [Test]
    public async Task SendAsync_WhenTheAddressIsNotAllowed_NeverReachesIt()
    {
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0" });

        var reply = await bench.Gateway.SendAsync(
            GatewayBench.Request(), [GatewayBench.Model("a", "custom")], new("org", Keys(Key("custom"))), null, CancellationToken.None);

        Assert.That((reply.Error?.Code, _own.Received.Count), Is.EqualTo(("upstream_failed", 0)));
    }

    [Test]
    public async Task SendAsync_HoweverItEnds_LogsNoKeyAndNoAddress()
    {
        using var logs = new LogBook();
        await using var bench = new GatewayBench(new() { ["Outgoing:AllowedNetworks:0"] = "127.0.0.0/8", ["Llm:BreakerMinimumThroughput"] = "2", ["Llm:Retries"] = "1" }, logs: logs);
        foreach (var script in new[] { UpstreamScript.Good(), UpstreamScript.Error(401, message: Secret), UpstreamScript.Error(400, message: Secret), UpstreamScript.Error(500), UpstreamScript.Abort(), UpstreamScript.Error(500) })
        {
            _own.Answer(script);
            var reply = await bench.Gateway.SendAsync(GatewayBench.Request(), [GatewayBench.Model("a", "custom")], new("org", Keys(Key("custom"))), null, CancellationToken.None);
            Assert.That(reply.Error?.ToString() ?? string.Empty, Does.Not.Contain(Secret));
        }

        Assert.That(logs.Lines, Is.Not.Empty);
        Assert.That(logs.Lines, Has.None.Contains(Secret).And.None.Contains(_own.ApiBase.Authority));
    }

    private Task<GatewayReply> SendAsync(ByokCredential[] keys, params CatalogModel[] targets) =>
        _bench.Gateway.SendAsync(GatewayBench.Request(), [.. targets], new("org", Keys(keys)), null, CancellationToken.None);

    /// <summary>A model that the platform has a key for as well.</summary>
    private CatalogModel Platform(string alias, string provider)
    {
        _bench.Keys.ByProvider[provider] = new ProviderKey("platform-" + provider, GatewayBench.ApiKey, _platform.ApiBase);
        return GatewayBench.Model(alias, provider);
    }

    private ByokCredential Key(string provider, FakeUpstream? upstream = null, bool fallsBack = false)
    {
        var id = Guid.CreateVersion7();
        return new ByokCredential(id, provider, fallsBack, new ProviderKey($"byok:{id:N}", Secret, (upstream ?? _own).ApiBase));
    }

    private static ByokKeys Keys(params ByokCredential[] keys) => new(keys.ToDictionary(key => key.Provider, ByokKey (key) => key));
}
