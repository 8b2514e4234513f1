using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Tests.ResponseCaching;

/// <summary>Streams: replayed, read along, left early; nobody may hang and nothing may be billed twice.</summary>
internal sealed class CachingStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task OpenStreamAsync_WhenAskedAgain_ReplaysTheSameEvents()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        upstream.Send("a", "b");
        upstream.Finish();
        var first = await CacheBench.ReadAsync(leader);
        await leader.DisposeAsync();

        await using var again = await bench.OpenAsync();

        Assert.That(await CacheBench.ReadAsync(again), Is.EqualTo(first).And.Count.EqualTo(4));
        Assert.That((again.Cached, again.Attempts, again.Usage, again.FinishReason, again.DeliveredTextBytes), Is.EqualTo((true, 0, new TokenUsage(20, 5), "stop", 2)));
        Assert.That((leader.Cached, leader.Usage, leader.FinishReason), Is.EqualTo((false, new TokenUsage(20, 5), "stop")));
        Assert.That((bench.Upstream.Count, upstream.IsDisposed), Is.EqualTo((1, true)));
    }

    [Test]
    public async Task ReadAsync_OfFollowers_GivesEventsAsTheyComeAndFromTheFirst()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        upstream.Send("a");
        await leader.ReadAsync(CancellationToken.None);

        await using var follower = await bench.OpenAsync();
        Assert.That(await follower.ReadAsync(CancellationToken.None), Is.Not.Null, "the one that was there");
        var waiting = follower.ReadAsync(CancellationToken.None).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        upstream.Send("b");
        Assert.That(await waiting.WaitAsync(Patience), Is.Not.Null, "whoever reads, not only the leader, gets the next one");
        upstream.Finish();

        Assert.That(await CacheBench.ReadAsync(leader), Has.Count.EqualTo(3));
        Assert.That(await CacheBench.ReadAsync(follower), Has.Count.EqualTo(2));
        Assert.That((follower.Cached, follower.Usage), Is.EqualTo((true, new TokenUsage(20, 5))));
        await leader.DisposeAsync();
    }

    [Test]
    public async Task ReadAsync_WhenManyReadAtTheirOwnPace_GivesAllOfThemEverything()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        var readers = new List<GatewayStream> { leader };
        for (var i = 0; i < 31; i++)
            readers.Add(await bench.OpenAsync());

        var reading = readers.Select(reader => Task.Run(async () =>
        {
            await using (reader)
                return await CacheBench.ReadAsync(reader);
        })).ToArray();
        for (var i = 0; i < 500; i++)
            upstream.Send("event " + i);
        upstream.Finish();

        var all = await Task.WhenAll(reading).WaitAsync(Patience);
        Assert.That(all.Select(events => events.Count), Is.All.EqualTo(502));
        Assert.That(all.Select(events => string.Join('\n', events)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(bench.Upstream.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task DisposeAsync_OfALeaderAlone_CancelsTheUpstreamAndKeepsNothing()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        upstream.Send("some text");
        await leader.ReadAsync(CancellationToken.None);

        await leader.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.That((upstream.IsDisposed, leader.Drained, leader.Usage, leader.DeliveredTextBytes), Is.EqualTo((true, false, default(TokenUsage?), 9)));
        var (next, _) = await LeadAsync(bench);
        Assert.That(next.Cached, Is.False);
    }

    [Test]
    public async Task DisposeAsync_OfALeaderInTheMiddleOfARead_EndsAtOnce()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        using var leaving = new CancellationTokenSource();
        var reading = leader.ReadAsync(leaving.Token).AsTask();

        await leaving.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        await leader.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.That(upstream.IsDisposed, Is.True);
    }

    [Test]
    public async Task DisposeAsync_OfALeaderWithFollowers_ReadsToTheEndForThem()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        await using var follower = await bench.OpenAsync();
        upstream.Send("a");
        await leader.ReadAsync(CancellationToken.None);

        var closing = leader.DisposeAsync().AsTask();
        Assert.That((closing.IsCompleted, upstream.IsDisposed), Is.EqualTo((false, false)));
        upstream.Send("b");
        upstream.Finish();

        Assert.That(await CacheBench.ReadAsync(follower), Has.Count.EqualTo(4));
        await closing.WaitAsync(Patience);
        Assert.That((leader.Drained, leader.Usage, upstream.IsDisposed), Is.EqualTo((true, new TokenUsage(20, 5), true)), "its record bears the whole cost");
        await using var again = await bench.OpenAsync();
        Assert.That(again.Cached, Is.True);
    }

    [Test]
    public async Task DisposeAsync_OfTheLastFollowerAfterTheLeader_CancelsTheUpstream()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        var follower = await bench.OpenAsync();
        var closing = leader.DisposeAsync().AsTask();
        Assert.That(closing.IsCompleted, Is.False);

        await follower.DisposeAsync();

        await closing.WaitAsync(Patience);
        Assert.That((upstream.IsDisposed, leader.Drained), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheUpstreamRefuses_LetsAFollowerTryNext()
    {
        await using var bench = new CacheBench();
        var leading = bench.OpenAsync();
        var call = await bench.Upstream.CallAsync();
        var following = bench.OpenAsync();

        call.Fail(LlmErrors.Failed());
        var upstream = (await bench.Upstream.CallAsync()).Open();
        upstream.Finish();

        Assert.That((await leading).Error!.Code, Is.EqualTo("upstream_failed"));
        await using var next = await following.WaitAsync(Patience);
        Assert.That((next.Error, next.Cached, next.Attempts), Is.EqualTo((default(Domain.Shared.Error), false, 1)));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheRequestIsRejected_RefusesAllAlike()
    {
        await using var bench = new CacheBench();
        var leading = bench.OpenAsync();
        var call = await bench.Upstream.CallAsync();
        var following = bench.OpenAsync();

        call.Fail(LlmErrors.Rejected("no"));

        var refused = await following.WaitAsync(Patience);
        Assert.That((await leading).Error!.Code, Is.EqualTo("upstream_rejected"));
        Assert.That((refused.Error!.Code, refused.Cached, refused.Attempts), Is.EqualTo(("upstream_rejected", true, 0)));
    }

    [Test]
    public async Task ReadAsync_WhenTheStreamBreaks_TellsAllAndKeepsNothing()
    {
        await using var bench = new CacheBench();
        var (leader, upstream) = await LeadAsync(bench);
        await using var follower = await bench.OpenAsync();
        upstream.Send("half");
        upstream.End(LlmErrors.StreamCut());

        Assert.That(await CacheBench.ReadAsync(leader), Has.Count.EqualTo(1));
        Assert.That(await CacheBench.ReadAsync(follower), Has.Count.EqualTo(1));
        Assert.That((leader.Fault!.Code, follower.Fault!.Code), Is.EqualTo(("upstream_stream_cut", "upstream_stream_cut")));
        await leader.DisposeAsync();
        var (next, _) = await LeadAsync(bench);
        Assert.That(next.Cached, Is.False);
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheOnlyCallerLeavesBeforeTheStart_CancelsTheUpstream()
    {
        await using var bench = new CacheBench();
        using var leaving = new CancellationTokenSource();
        var leading = bench.OpenAsync(cancellationToken: leaving.Token);
        var call = await bench.Upstream.CallAsync();

        await leaving.CancelAsync();

        Assert.That(async () => await leading, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(call.Token.IsCancellationRequested, Is.True);
        var (next, _) = await LeadAsync(bench);
        Assert.That(next.Cached, Is.False);
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheLeaderLeavesBeforeTheStart_GoesOnForAFollower()
    {
        await using var bench = new CacheBench();
        using var leaving = new CancellationTokenSource();
        var leading = bench.OpenAsync(cancellationToken: leaving.Token);
        var call = await bench.Upstream.CallAsync();
        var following = bench.OpenAsync();

        await leaving.CancelAsync();
        Assert.That(call.Token.IsCancellationRequested, Is.False);
        var upstream = call.Open();
        upstream.Finish();

        var leader = await leading.WaitAsync(Patience);
        Assert.That(async () => await leader.ReadAsync(leaving.Token), Throws.InstanceOf<OperationCanceledException>());
        await leader.DisposeAsync();
        Assert.That((leader.Drained, leader.Usage), Is.EqualTo((true, new TokenUsage(20, 5))));
        await using var follower = await following.WaitAsync(Patience);
        Assert.That(await CacheBench.ReadAsync(follower), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task OpenStreamAsync_WhenAFollowerLeavesBeforeTheStart_CostsItNothing()
    {
        await using var bench = new CacheBench();
        using var leaving = new CancellationTokenSource();
        var leading = bench.OpenAsync();
        var call = await bench.Upstream.CallAsync();
        var following = bench.OpenAsync(cancellationToken: leaving.Token);

        await leaving.CancelAsync();
        await using (var left = await following.WaitAsync(Patience))
        {
            Assert.That((left.Cached, left.Attempts, left.Error), Is.EqualTo((true, 0, default(Domain.Shared.Error))));
            Assert.That(async () => await left.ReadAsync(CancellationToken.None), Throws.InstanceOf<OperationCanceledException>());
        }

        call.Open().Finish();
        await using var leader = await leading.WaitAsync(Patience);
        Assert.That(await CacheBench.ReadAsync(leader), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task ReadAsync_WhenTheAnswerOutgrowsTheCache_GoesOnForItsReadersAndTakesNoMore()
    {
        await using var bench = new CacheBench(settings: "ResponseCache:MaxEntryBytes=2000");
        var (leader, upstream) = await LeadAsync(bench);
        await using var follower = await bench.OpenAsync();
        for (var i = 0; i < 30; i++)
            upstream.Send(new string('x', 100));
        for (var i = 0; i < 30; i++)
            await leader.ReadAsync(CancellationToken.None);

        var (other, _) = await LeadAsync(bench);
        upstream.Finish();

        Assert.That(other.Cached, Is.False);
        Assert.That(await CacheBench.ReadAsync(leader), Has.Count.EqualTo(2));
        Assert.That(await CacheBench.ReadAsync(follower), Has.Count.EqualTo(32));
        Assert.That((leader.Fault, follower.Fault), Is.EqualTo((default(Domain.Shared.Error), default(Domain.Shared.Error))));
        await leader.DisposeAsync();
    }

    [Test]
    public async Task ReadAsync_WhenAFollowerLagsFarBehindALongAnswer_CutsItAndBoundsTheMemory()
    {
        await using var bench = new CacheBench(settings: "ResponseCache:MaxEntryBytes=2000");
        var (leader, upstream) = await LeadAsync(bench);
        await using var follower = await bench.OpenAsync();
        for (var i = 0; i < 30; i++)
            upstream.Send(new string('x', 100_000));
        upstream.Finish();

        Assert.That(await CacheBench.ReadAsync(leader), Has.Count.EqualTo(32));
        Assert.That(await CacheBench.ReadAsync(follower), Is.Empty);
        Assert.That((leader.Fault, follower.Fault!.Code), Is.EqualTo((default(Domain.Shared.Error), "upstream_stream_broken")));
        await leader.DisposeAsync();
    }

    private static async Task<(GatewayStream Leader, ScriptedStream Upstream)> LeadAsync(CacheBench bench)
    {
        var opening = bench.OpenAsync();
        var upstream = (await bench.Upstream.CallAsync()).Open();
        return (await opening.WaitAsync(Patience), upstream);
    }
}
