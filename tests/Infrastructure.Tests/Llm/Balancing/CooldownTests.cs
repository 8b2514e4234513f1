using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

/// <summary>What the gateway does with deployments that want to be left alone.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CooldownTests
{
    private readonly ShiftedTime _time = new();

    [TestCase(429)]
    [TestCase(503)]
    public async Task SendAsync_AfterARetryAfter_GoesToTheOtherUntilItIsOver(int status)
    {
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Error(status, retryAfter: "60"), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(time: _time);
        var (a, b) = (bench.Model("a", pausing.ApiBase), bench.Model("b", other.ApiBase));

        var first = await bench.SendAsync(GatewayBench.Request(), a, b);
        var second = await bench.SendAsync(GatewayBench.Request(), a, b);
        _time.Advance(TimeSpan.FromSeconds(61));
        var third = await bench.SendAsync(GatewayBench.Request(), a, b);

        Assert.That((first.Model!.Alias, first.Attempts), Is.EqualTo(("b", 2)));
        Assert.That((second.Model!.Alias, second.Attempts), Is.EqualTo(("b", 1)));
        Assert.That((third.Model!.Alias, third.Attempts), Is.EqualTo(("a", 1)));
    }

    [Test]
    public async Task SendAsync_WhenAllHaveAskedForAPause_SaysWhenTheFirstReturns()
    {
        await using var one = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "90"));
        await using var two = await FakeUpstream.StartAsync(UpstreamScript.Error(503, retryAfter: "40"));
        await using var bench = new GatewayBench(new() { ["Llm:TotalTimeoutSeconds"] = "30" }, time: _time);
        var (a, b) = (bench.Model("a", one.ApiBase), bench.Model("b", two.ApiBase));
        await bench.SendAsync(GatewayBench.Request(), a, b);

        _time.Advance(TimeSpan.FromSeconds(10));
        var reply = await bench.SendAsync(GatewayBench.Request(), a, b);

        Assert.That((reply.Error?.Code, reply.Error?.Kind, reply.Attempts), Is.EqualTo(("upstream_unavailable", ErrorKind.Unavailable, 0)));
        Assert.That(reply.Error!.RetryAfter!.Value.TotalSeconds, Is.EqualTo(30).Within(2));
        Assert.That((one.Received.Count, two.Received.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task SendAsync_WhenAllHaveAskedForAShortPause_WaitsForIt()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "2"), UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0" });
        var model = bench.Model("a", upstream.ApiBase);
        await bench.SendAsync(GatewayBench.Request(), model);

        var reply = await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That((reply.Error, reply.Attempts, upstream.Received.Count), Is.EqualTo((default(Error), 1, 2)));
    }

    [TestCase("7200", "300", 300)]
    [TestCase("7200", "30", 30)]
    public async Task SendAsync_WhenTheRetryAfterIsVeryLong_HeedsItUpToTheOption(string retryAfter, string option, int seconds)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: retryAfter), UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:MaxCooldownSeconds"] = option }, time: _time);
        var model = bench.Model("a", upstream.ApiBase);
        await bench.SendAsync(GatewayBench.Request(), model);

        var held = await bench.SendAsync(GatewayBench.Request(), model);
        _time.Advance(TimeSpan.FromSeconds(seconds + 1));
        var back = await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That(held.Error!.RetryAfter!.Value.TotalSeconds, Is.EqualTo(seconds).Within(2));
        Assert.That(back.Error, Is.Null);
    }

    [Test]
    public async Task SendAsync_WhenCoolDownsAreOff_AsksAgainAtOnce()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "7200"), UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:MaxCooldownSeconds"] = "0" });
        var model = bench.Model("a", upstream.ApiBase);
        await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That((await bench.SendAsync(GatewayBench.Request(), model)).Error, Is.Null);
    }

    [Test]
    public async Task SendAsync_AfterA429WithoutRetryAfter_PrefersTheOtherForAMoment()
    {
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Error(429), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0" }, time: _time);
        var (a, b) = (bench.Model("a", pausing.ApiBase), bench.Model("b", other.ApiBase));

        await bench.SendAsync(GatewayBench.Request(), a, b);
        var during = await bench.SendAsync(GatewayBench.Request(), a, b);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        var after = await bench.SendAsync(GatewayBench.Request(), a, b);

        Assert.That((during.Model!.Alias, during.Attempts, after.Model!.Alias), Is.EqualTo(("b", 1, "a")));
    }

    [Test]
    public async Task SendAsync_WhenTheOnlyOneCoolsByAGuess_TriesItNevertheless()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429), UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0" }, time: _time);
        var model = bench.Model("a", upstream.ApiBase);
        await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That((await bench.SendAsync(GatewayBench.Request(), model)).Error, Is.Null);
    }

    [Test]
    public async Task SendAsync_WhenACircuitIsOpen_MovesItBehindItsEquals()
    {
        await using var bad = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Error(500), UpstreamScript.Good());
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(
            new() { ["Llm:BreakerMinimumThroughput"] = "2", ["Llm:Retries"] = "0", ["Llm:BreakerBreakSeconds"] = "60" }, time: _time);
        var (a, b) = (bench.Model("a", bad.ApiBase), bench.Model("b", good.ApiBase));
        for (var i = 0; i < 2; i++)
            await bench.SendAsync(GatewayBench.Request(), a);

        var targets = new RouteTargets([new(a, 0, 1000), new(b, 0, 1)]);
        for (var i = 0; i < 10; i++)
            Assert.That((await SendAsync(bench, targets)).Attempts, Is.EqualTo(1));
        Assert.That((bad.Received.Count, good.Received.Count), Is.EqualTo((2, 10)));

        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await bench.SendAsync(GatewayBench.Request(), a, b)).Model!.Alias, Is.EqualTo("a"), "its trial");
    }

    private static Task<GatewayReply> SendAsync(GatewayBench bench, RouteTargets targets) =>
        bench.Gateway.SendAsync(GatewayBench.Request(), targets, new("org"), null, CancellationToken.None);
}
