using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

/// <summary>Calls that are sent a second time while the first model is silent.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HedgeTests : IAsyncDisposable
{
    private const int HedgeMs = 750;

    private readonly WatchedTime _time = new(TimeSpan.FromMilliseconds(HedgeMs));
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GatewayBench _bench = null!;

    [SetUp]
    public void Start() => _bench = new GatewayBench(new() { ["Llm:Retries"] = "0" }, time: _time);

    [Test]
    public async Task SendAsync_WhenTheFirstAnswersInTime_AsksNobodyElse()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Good());

        var reply = await SendAsync(first, second);

        Assert.That((reply.Model!.Alias, reply.Attempts, reply.GivenUp, second.Received.Count), Is.EqualTo(("a", 1, default(CatalogModel), 0)));
    }

    [Test]
    public async Task SendAsync_WhenTheFirstIsSilent_TakesTheSecondsAnswerAndLeavesTheFirst()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Hang(_left));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Good());

        var sending = SendAsync(first, second);
        await first.ArrivalAsync();
        _time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts, reply.GivenUp!.Alias), Is.EqualTo((default(Error), "b", 2, "a")));
        await _left.Task.WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task SendAsync_WhenTheFirstAnswersAfterAll_TakesItAndLeavesTheSecond()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(_release.Task));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Hang(_left));

        var sending = SendAsync(first, second);
        await first.ArrivalAsync();
        _time.Elapse();
        await second.ArrivalAsync();
        _release.SetResult();
        var reply = await sending;

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts, reply.GivenUp!.Alias), Is.EqualTo((default(Error), "a", 2, "b")));
        await _left.Task.WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task SendAsync_WhenTheSecondFails_WaitsForTheFirst()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(_release.Task));
        await using var second = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Error(500).Serve(context, cancellationToken);
            _release.SetResult();
        }));

        var sending = SendAsync(first, second);
        await first.ArrivalAsync();
        _time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts, second.Received.Count), Is.EqualTo((default(Error), "a", 2, 1)));
    }

    [Test]
    public async Task SendAsync_WhenBothFail_GoesOnWithTheRestAndAsksNobodyTwice()
    {
        await using var first = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await _release.Task.WaitAsync(cancellationToken);
            await UpstreamScript.Error(500).Serve(context, cancellationToken);
        }));
        await using var second = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Error(500).Serve(context, cancellationToken);
            _release.SetResult();
        }));
        await using var third = await FakeUpstream.StartAsync(UpstreamScript.Good());

        var sending = SendAsync(first, second, third);
        await first.ArrivalAsync();
        _time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts, reply.GivenUp), Is.EqualTo((default(Error), "c", 3, default(CatalogModel))));
        Assert.That((first.Received.Count, second.Received.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task SendAsync_WhenBothFailAndNobodyIsLeft_Fails()
    {
        await using var first = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await _release.Task.WaitAsync(cancellationToken);
            await UpstreamScript.Error(401).Serve(context, cancellationToken);
        }));
        await using var second = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Error(500).Serve(context, cancellationToken);
            _release.SetResult();
        }));

        var sending = SendAsync(first, second);
        await first.ArrivalAsync();
        _time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error?.Code, reply.Attempts, reply.GivenUp), Is.EqualTo(("upstream_failed", 2, default(CatalogModel))));
    }

    [Test]
    public async Task SendAsync_WhenTheFirstFailsBeforeTheHedge_FallsBackAsEver()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Good());

        var reply = await SendAsync(first, second);

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts, reply.GivenUp), Is.EqualTo((default(Error), "b", 2, default(CatalogModel))));
    }

    [Test]
    public async Task SendAsync_WhenTheSecondIsCooling_WaitsForTheFirst()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(_release.Task));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "100"));
        await _bench.SendAsync(GatewayBench.Request(), _bench.Model("b", second.ApiBase));

        var sending = SendAsync(first, second);
        await first.ArrivalAsync();
        _time.Elapse();
        _release.SetResult();
        var reply = await sending;

        Assert.That((reply.Error, reply.Attempts, second.Received.Count), Is.EqualTo((default(Error), 1, 1)));
    }

    [Test]
    public async Task SendAsync_WhenTheCallerLeaves_LeavesBoth()
    {
        var secondLeft = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Hang(_left));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Hang(secondLeft));
        using var caller = new CancellationTokenSource();

        var sending = _bench.Gateway.SendAsync(GatewayBench.Request(), Targets(first, second), new("org"), null, caller.Token);
        await first.ArrivalAsync();
        _time.Elapse();
        await second.ArrivalAsync();
        await caller.CancelAsync();

        Assert.That(Assert.CatchAsync<CallerLeftException>(() => sending)!.Attempts, Is.EqualTo(2));
        await Task.WhenAll(_left.Task, secondLeft.Task).WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task SendAsync_WhenHedgedAgainAndAgain_GivesEverySlotBack()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var targets = new RouteTargets(
            [new(_bench.Model("a", first.ApiBase) with { MaxParallel = 5 }, 0, 1), new(_bench.Model("b", second.ApiBase) with { MaxParallel = 1 }, 1, 1)],
            hedgeAfterMs: HedgeMs);

        for (var i = 0; i < 5; i++)
        {
            var sending = _bench.Gateway.SendAsync(GatewayBench.Request(), targets, new("org"), null, CancellationToken.None);
            await first.ArrivalAsync();
            _time.Elapse();
            Assert.That((await sending).Model!.Alias, Is.EqualTo("b"));
        }
    }

    [Test]
    public async Task OpenStreamAsync_WhenNoHeadersCome_TakesTheSecondsStream()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Hang(_left));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Stream(UpstreamScript.Text("a"), UpstreamScript.Finish(), UpstreamScript.Done));

        var opening = _bench.Gateway.OpenStreamAsync(GatewayBench.Request(), Targets(first, second), new("org"), null, CancellationToken.None);
        await first.ArrivalAsync();
        _time.Elapse();
        await using var stream = await opening;

        Assert.That((stream.Error, stream.Model!.Alias, stream.Attempts, stream.GivenUp!.Alias), Is.EqualTo((default(Error), "b", 2, "a")));
        Assert.That(await LlmGatewayStreamTests.ReadAllAsync(stream), Has.Count.EqualTo(2));
        await _left.Task.WaitAsync(FakeUpstream.Patience);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private RouteTargets Targets(params FakeUpstream[] upstreams)
    {
        var targets = upstreams.Select((upstream, index) => new RouteTarget(_bench.Model(((char)('a' + index)).ToString(), upstream.ApiBase), index, 1));
        return new RouteTargets([.. targets], RoutingStrategy.Weighted, HedgeMs);
    }

    private Task<GatewayReply> SendAsync(params FakeUpstream[] upstreams) =>
        _bench.Gateway.SendAsync(GatewayBench.Request(), Targets(upstreams), new("org"), null, CancellationToken.None);
}
