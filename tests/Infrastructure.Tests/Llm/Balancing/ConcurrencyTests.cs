using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

/// <summary>Models that take only so many calls at the same time.</summary>
internal sealed class ConcurrencyTests
{
    [Test]
    public async Task SendAsync_WhenAModelIsFull_GoesToTheNext()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var small = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        await using var large = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        var (a, b) = (bench.Model("a", small.ApiBase) with { MaxParallel = 2 }, bench.Model("b", large.ApiBase));

        Task<GatewayReply>[] held = [bench.SendAsync(GatewayBench.Request(), a, b), bench.SendAsync(GatewayBench.Request(), a, b)];
        await small.ArrivalAsync();
        await small.ArrivalAsync();
        var third = await bench.SendAsync(GatewayBench.Request(), a, b);
        release.SetResult();
        await Task.WhenAll(held);
        var fourth = await bench.SendAsync(GatewayBench.Request(), a, b);

        Assert.That((third.Model!.Alias, third.Attempts, fourth.Model!.Alias), Is.EqualTo(("b", 1, "a")));
    }

    [Test]
    public async Task SendAsync_WhenAllAreFull_SaysSo()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        await using var bench = new GatewayBench();
        var model = bench.Model("a", upstream.ApiBase) with { MaxParallel = 1 };

        var held = bench.SendAsync(GatewayBench.Request(), model);
        await upstream.ArrivalAsync();
        var refused = await bench.SendAsync(GatewayBench.Request(), model);
        release.SetResult();
        await held;

        Assert.That(
            (refused.Error?.Code, refused.Error?.Kind, refused.Error?.RetryAfter, refused.Attempts),
            Is.EqualTo(("upstream_at_capacity", ErrorKind.Unavailable, TimeSpan.FromSeconds(1), 0)));
    }

    private static readonly Func<UpstreamScript>[] Ends =
    [
        UpstreamScript.Good,
        () => UpstreamScript.Error(500),
        () => UpstreamScript.Error(400),
        () => UpstreamScript.Error(401),
        UpstreamScript.Abort,
        () => UpstreamScript.CutBody("{"),
    ];

    [TestCaseSource(nameof(Ends))]
    public async Task SendAsync_HoweverItEnds_GivesItsSlotBack(Func<UpstreamScript> end)
    {
        await using var upstream = await FakeUpstream.StartAsync(end());
        await using var bench = new GatewayBench(new() { ["Llm:BreakerMinimumThroughput"] = "1000" });
        var model = bench.Model("a", upstream.ApiBase) with { MaxParallel = 1 };

        for (var i = 0; i < 3; i++)
            Assert.That((await bench.SendAsync(GatewayBench.Request(), model)).Error?.Code, Is.Not.EqualTo("upstream_at_capacity"));
    }

    [Test]
    public async Task SendAsync_WhenTheCallerLeaves_GivesItsSlotBack()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang(), UpstreamScript.Good());
        await using var bench = new GatewayBench();
        var model = bench.Model("a", upstream.ApiBase) with { MaxParallel = 1 };
        using var caller = new CancellationTokenSource();

        var sending = bench.Gateway.SendAsync(GatewayBench.Request(), [model], new("org"), null, caller.Token);
        await upstream.ArrivalAsync();
        await caller.CancelAsync();

        var left = Assert.CatchAsync<CallerLeftException>(() => sending);
        Assert.That((left!.Model, left.Attempts), Is.EqualTo((model, 1)));
        Assert.That((await bench.SendAsync(GatewayBench.Request(), model)).Error, Is.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task OpenStreamAsync_WhileItRuns_HoldsItsSlot(bool toItsEnd)
    {
        string[] pieces = [UpstreamScript.Text("a"), UpstreamScript.Finish(), UpstreamScript.Done];
        await using var upstream = await FakeUpstream.StartAsync(toItsEnd ? UpstreamScript.Stream(pieces) : UpstreamScript.Stream(StreamEnd.Hang, null, pieces[0]));
        await using var bench = new GatewayBench();
        var model = bench.Model("a", upstream.ApiBase) with { MaxParallel = 1 };

        for (var i = 0; i < 3; i++)
        {
            await using var stream = await bench.OpenAsync(GatewayBench.Request(), model);
            Assert.That(stream.Error, Is.Null);
            Assert.That((await bench.OpenAsync(GatewayBench.Request(), model)).Error?.Code, Is.EqualTo("upstream_at_capacity"));
            if (toItsEnd)
                await LlmGatewayStreamTests.ReadAllAsync(stream);
        }
    }

    [TestCase(4, 2, 2)]
    [TestCase(5, 2, 3)]
    [TestCase(1, 3, 1)]
    public async Task SendAsync_WhenSeveralNodesLive_KeepsToItsPart(int limit, int nodes, int part)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        await using var bench = new GatewayBench(more: services => services.AddSingleton<INodeCount>(new Nodes(nodes)));
        var model = bench.Model("a", upstream.ApiBase) with { MaxParallel = limit };

        var held = Enumerable.Range(0, part).Select(_ => bench.SendAsync(GatewayBench.Request(), model)).ToArray();
        for (var i = 0; i < part; i++)
            await upstream.ArrivalAsync();
        var next = await bench.SendAsync(GatewayBench.Request(), model);
        release.SetResult();

        Assert.That(next.Error?.Code, Is.EqualTo("upstream_at_capacity"));
        Assert.That((await Task.WhenAll(held)).Select(reply => reply.Error), Is.All.Null);
    }

    private sealed record Nodes(int Count) : INodeCount;
}
