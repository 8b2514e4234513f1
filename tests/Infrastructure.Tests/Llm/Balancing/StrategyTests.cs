using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

/// <summary>Which of several models of one priority a call goes to.</summary>
internal sealed class StrategyTests
{
    [Test]
    public async Task SendAsync_ByWeight_SharesTheCalls()
    {
        await using var one = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var two = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        var targets = new RouteTargets([new(bench.Model("a", one.ApiBase), 0, 3), new(bench.Model("b", two.ApiBase), 0, 1)]);

        for (var i = 0; i < 400; i++)
            await SendAsync(bench, targets);

        Assert.That(one.Received.Count / 400.0, Is.EqualTo(0.75).Within(0.1), "more than four standard deviations");
    }

    [Test]
    public async Task SendAsync_ToTheLeastBusy_PassesOverTheOneThatIsAtWork()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var busy = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        await using var free = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        var (a, b) = (bench.Model("a", busy.ApiBase), bench.Model("b", free.ApiBase));
        var targets = new RouteTargets([new(a, 0, 1000), new(b, 0, 1)], RoutingStrategy.LeastBusy);

        var held = bench.SendAsync(GatewayBench.Request(), a);
        await busy.ArrivalAsync();
        for (var i = 0; i < 20; i++)
            Assert.That((await SendAsync(bench, targets)).Model!.Alias, Is.EqualTo("b"));
        release.SetResult();
        await held;

        var after = new List<string>();
        for (var i = 0; i < 20; i++)
            after.Add((await SendAsync(bench, targets)).Model!.Alias);
        Assert.That(after, Does.Contain("a"), "between equals the weight decides");
    }

    [Test]
    public async Task OpenStreamAsync_ToTheLeastBusy_CountsAStreamToItsEnd()
    {
        await using var one = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, null, UpstreamScript.Text("x")));
        await using var two = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, null, UpstreamScript.Text("x")));
        await using var bench = new GatewayBench();
        var targets = new RouteTargets([new(bench.Model("a", one.ApiBase), 0, 1), new(bench.Model("b", two.ApiBase), 0, 1)], RoutingStrategy.LeastBusy);
        var streams = new List<GatewayStream>();

        for (var i = 0; i < 10; i++)
            streams.Add(await bench.Gateway.OpenStreamAsync(GatewayBench.Request(), targets, new("org"), null, CancellationToken.None));
        Assert.That((one.Received.Count, two.Received.Count), Is.EqualTo((5, 5)));

        foreach (var stream in streams.Where(stream => stream.Model!.Alias == "a"))
        {
            await stream.DisposeAsync();
            await stream.DisposeAsync();
        }

        for (var i = 0; i < 5; i++)
            streams.Add(await bench.Gateway.OpenStreamAsync(GatewayBench.Request(), targets, new("org"), null, CancellationToken.None));
        Assert.That((one.Received.Count, two.Received.Count), Is.EqualTo((10, 5)), "a stream that ended, and was disposed twice, is counted out once");

        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Test]
    public async Task SendAsync_ToTheLowestLatency_TriesTheUnknownAndLeavesTheSlowUntilItFades()
    {
        var time = new ShiftedTime();
        await using var slow = await FakeUpstream.StartAsync(Taking(TimeSpan.FromSeconds(8), time), UpstreamScript.Good());
        await using var fast = await FakeUpstream.StartAsync(Taking(TimeSpan.FromSeconds(1), time));
        await using var bench = new GatewayBench(time: time);
        var targets = Latency(bench.Model("a", slow.ApiBase), bench.Model("b", fast.ApiBase));

        for (var i = 0; i < 2; i++)
            await SendAsync(bench, targets);
        Assert.That((slow.Received.Count, fast.Received.Count), Is.EqualTo((1, 1)), "each unknown one is tried");

        for (var i = 0; i < 5; i++)
            Assert.That((await SendAsync(bench, targets)).Model!.Alias, Is.EqualTo("b"));

        // Each answer of the fast one takes a second, by which the slow one's past fades.
        var found = false;
        for (var i = 0; i < 60 && !found; i++)
            found = (await SendAsync(bench, targets)).Model!.Alias == "a";
        Assert.That(found, Is.True, "it is found again when it has recovered");
        Assert.That((await SendAsync(bench, targets)).Model!.Alias, Is.EqualTo("a"));
    }

    [Test]
    public async Task SendAsync_ToTheLowestLatency_TakesAQuickRefusalForASlowAnswer()
    {
        var time = new ShiftedTime();
        await using var broken = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        await using var working = await FakeUpstream.StartAsync(Taking(TimeSpan.FromSeconds(1), time));
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0" }, time: time);
        var targets = Latency(bench.Model("a", broken.ApiBase), bench.Model("b", working.ApiBase));

        for (var i = 0; i < 12; i++)
            Assert.That((await SendAsync(bench, targets)).Error, Is.Null);

        Assert.That(broken.Received.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_WithFallbacks_NeverPutsAStrategyBeforeAPriority()
    {
        var time = new ShiftedTime();
        await using var slow = await FakeUpstream.StartAsync(Taking(TimeSpan.FromSeconds(9), time));
        await using var fast = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(time: time);
        var targets = new RouteTargets([new(bench.Model("a", slow.ApiBase), 0, 1), new(bench.Model("b", fast.ApiBase), 1, 1)], RoutingStrategy.LowestLatency);

        for (var i = 0; i < 5; i++)
            Assert.That((await SendAsync(bench, targets)).Model!.Alias, Is.EqualTo("a"));
    }

    private static RouteTargets Latency(CatalogModel a, CatalogModel b) => new([new(a, 0, 1), new(b, 0, 1)], RoutingStrategy.LowestLatency);

    private static Task<GatewayReply> SendAsync(GatewayBench bench, RouteTargets targets) =>
        bench.Gateway.SendAsync(GatewayBench.Request(), targets, new("org"), null, CancellationToken.None);

    /// <summary>A good answer before which the clock moves on.</summary>
    private static UpstreamScript Taking(TimeSpan span, ShiftedTime time) => new((context, cancellationToken) =>
    {
        time.Advance(span);
        return UpstreamScript.Good().Serve(context, cancellationToken);
    });
}
