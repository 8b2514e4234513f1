using System.Text;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.ResponseCaching;

/// <summary>Plain calls: what serves again and to whom, and who goes upstream when many ask at once.</summary>
internal sealed class CachingGatewayTests
{
    [Test]
    public async Task SendAsync_WithoutAPolicy_NeitherFindsNorKeeps()
    {
        await using var bench = new CacheBench();
        await bench.AnswerAsync();

        var sending = bench.Gateway.SendAsync(CacheBench.Request(), [CacheBench.Model()], new("org"), null, CancellationToken.None);
        (await bench.Upstream.CallAsync()).Answer();

        Assert.That((await sending).Cached, Is.False);
    }

    [Test]
    public async Task SendAsync_WithoutAPolicy_AddsNoAllocation()
    {
        await using var bench = new CacheBench();
        var direct = new InstantGateway();
        var gateway = bench.Over(direct);
        var request = CacheBench.Request();
        RouteTargets targets = [CacheBench.Model()];
        Assert.That(await gateway.SendAsync(request, targets, new("org"), null, CancellationToken.None), Is.SameAs(await direct.Reply));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
            _ = gateway.SendAsync(request, targets, new("org"), null, CancellationToken.None);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public async Task SendAsync_WhenAskedAgain_GivesTheSameAnswerWithoutAnAttempt()
    {
        await using var bench = new CacheBench(settings: "ResponseCache:ClientPricePercent=30");
        var first = await bench.AnswerAsync();

        var again = await bench.SendAsync();

        Assert.That((again.Cached, again.Attempts, again.Model, again.ClientPricePercent), Is.EqualTo((true, 0, CacheBench.Model(), 30)));
        Assert.That((first.Cached, first.ClientPricePercent), Is.EqualTo((false, 100)));
        Assert.That(again.Answer!.Body.ToArray(), Is.EqualTo(first.Answer!.Body.ToArray()));
        Assert.That(bench.Upstream.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_ByAnAnswersAge_ServesUntilTheShorterTimeIsOver()
    {
        await using var bench = new CacheBench();
        await bench.AnswerAsync(policy: CacheBench.Policy(ttl: 100));
        bench.Clock.Advance(TimeSpan.FromSeconds(50));

        Assert.That((await bench.SendAsync(policy: CacheBench.Policy(ttl: 51))).Cached, Is.True, "young enough for this caller");
        bench.Clock.Advance(TimeSpan.FromSeconds(49));
        Assert.That((await bench.SendAsync(policy: CacheBench.Policy(ttl: 1000))).Cached, Is.True, "kept for 100 s");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await bench.AnswerAsync(policy: CacheBench.Policy(ttl: 1000))).Cached, Is.False, "kept no longer");
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.That((await bench.AnswerAsync(policy: CacheBench.Policy(ttl: 20))).Cached, Is.False, "too old for this caller");
    }

    [Test]
    public async Task SendAsync_WhenAnythingOfTheKeyDiffers_AsksForItself()
    {
        await using var bench = new CacheBench();
        var (a, b) = (CacheBench.Model("a"), CacheBench.Model("b"));
        await bench.AnswerAsync(targets: [a, b]);

        Assert.That((await bench.SendAsync(targets: [b, a])).Cached, Is.True, "the order is drawn anew for each call");
        Assert.That((await bench.AnswerAsync(CacheBench.Request("ho"), targets: [a, b])).Cached, Is.False);
        Assert.That((await bench.AnswerAsync(policy: CacheBench.Policy(team: "other"), targets: [a, b])).Cached, Is.False);
        Assert.That((await bench.AnswerAsync(policy: CacheBench.Policy(route: "other"), targets: [a, b])).Cached, Is.False);
        Assert.That((await bench.AnswerAsync(targets: [a])).Cached, Is.False);
        Assert.That((await bench.AnswerAsync(targets: [a, CacheBench.Model("b", "newer")])).Cached, Is.False);
    }

    [TestCase(null)]
    [TestCase("error")]
    public async Task SendAsync_WhenTheAnswerIsNotWhole_DoesNotKeepIt(string? finishReason)
    {
        await using var bench = new CacheBench();
        var sending = bench.SendAsync();
        (await bench.Upstream.CallAsync()).Answer(finishReason: finishReason);
        Assert.That((await sending).Error, Is.Null);

        Assert.That((await bench.AnswerAsync()).Cached, Is.False);
    }

    [Test]
    public async Task SendAsync_WhenTheAnswerIsTooLarge_DoesNotKeepIt()
    {
        await using var bench = new CacheBench(settings: "ResponseCache:MaxEntryBytes=2000");
        await bench.AnswerAsync(text: new string('x', 2000));

        Assert.That((await bench.AnswerAsync()).Cached, Is.False);
        Assert.That((await bench.SendAsync()).Cached, Is.True, "a small one is");
    }

    [Test]
    public async Task SendAsync_WhenMemoryIsFull_ForgetsWhatWasUsedLeastRecently()
    {
        await using var bench = new CacheBench(settings: "ResponseCache:MaxMemoryBytes=5000");
        foreach (var text in new[] { "one", "two", "three" })
            await bench.AnswerAsync(CacheBench.Request(text), text: new string('x', 1000));
        Assert.That((await bench.SendAsync(CacheBench.Request("one"))).Cached, Is.True);

        await bench.AnswerAsync(CacheBench.Request("four"), text: new string('x', 1000));

        Assert.That((await bench.SendAsync(CacheBench.Request("one"))).Cached, Is.True);
        Assert.That((await bench.SendAsync(CacheBench.Request("three"))).Cached, Is.True);
        Assert.That((await bench.SendAsync(CacheBench.Request("four"))).Cached, Is.True);
        Assert.That((await bench.AnswerAsync(CacheBench.Request("two"))).Cached, Is.False);
    }

    [Test]
    public async Task SendAsync_WhenManyAskAtOnce_SendsOneAndAnswersAll()
    {
        await using var bench = new CacheBench();
        var leading = bench.SendAsync();
        var call = await bench.Upstream.CallAsync();
        var following = Enumerable.Range(0, 99).Select(_ => bench.SendAsync()).ToArray();

        Assert.That(following.Select(follower => follower.IsCompleted), Is.All.False);
        call.Answer();

        Assert.That((await leading).Cached, Is.False);
        var replies = await Task.WhenAll(following);
        Assert.That(replies.Select(reply => (reply.Cached, reply.Attempts, reply.Error)), Is.All.EqualTo((true, 0, default(Error))));
        Assert.That(bench.Upstream.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_WhenManyStartOnAllThreads_SendsOne()
    {
        for (var round = 0; round < 50; round++)
        {
            await using var bench = new CacheBench();
            var all = Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => bench.SendAsync())));
            (await bench.Upstream.CallAsync()).Answer();
            var replies = await all;

            Assert.That((bench.Upstream.Count, replies.Count(reply => !reply.Cached)), Is.EqualTo((1, 1)));
        }
    }

    [Test]
    public async Task SendAsync_WhenTheLeaderFails_LetsOneOfTheOthersTryAndThenSharesItsFailure()
    {
        await using var bench = new CacheBench();
        var leading = bench.SendAsync();
        var first = await bench.Upstream.CallAsync();
        var following = Enumerable.Range(0, 20).Select(_ => bench.SendAsync()).ToArray();

        first.Fail(LlmErrors.Failed());
        var second = await bench.Upstream.CallAsync();
        second.Fail(LlmErrors.Failed());

        Assert.That((await leading).Error!.Code, Is.EqualTo("upstream_failed"));
        var replies = await Task.WhenAll(following);
        Assert.That(replies.Select(reply => reply.Error!.Code), Is.All.EqualTo("upstream_failed"));
        Assert.That(replies.Count(reply => reply.Attempts == 1), Is.EqualTo(1), "it was sent, the others were not");
        Assert.That(replies.Count(reply => reply is { Cached: true, Attempts: 0, ClientPricePercent: 0 }), Is.EqualTo(19));
        Assert.That(bench.Upstream.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task SendAsync_WhenTheNextLeaderSucceeds_AnswersTheOthers()
    {
        await using var bench = new CacheBench();
        var leading = bench.SendAsync();
        var first = await bench.Upstream.CallAsync();
        var following = Enumerable.Range(0, 20).Select(_ => bench.SendAsync()).ToArray();

        first.Fail(LlmErrors.Failed());
        (await bench.Upstream.CallAsync()).Answer();

        Assert.That((await leading).Error, Is.Not.Null);
        Assert.That((await Task.WhenAll(following)).Select(reply => reply.Error), Is.All.Null);
        Assert.That(bench.Upstream.Count, Is.EqualTo(2));
    }

    private static IEnumerable<TestCaseData> FinalErrors =>
    [
        new TestCaseData(LlmErrors.Rejected("no"), 1),
        new TestCaseData(LlmErrors.TimedOut(), 1),
        new TestCaseData(LlmErrors.Unavailable(null), 0),
        new TestCaseData(LlmErrors.NoCredential(), 0),
    ];

    [TestCaseSource(nameof(FinalErrors))]
    public async Task SendAsync_WhenAskingAgainBringsNothing_SharesTheFailureAtOnce(Error error, int attempts)
    {
        await using var bench = new CacheBench();
        var leading = bench.SendAsync();
        var call = await bench.Upstream.CallAsync();
        var following = Enumerable.Range(0, 5).Select(_ => bench.SendAsync()).ToArray();

        call.Fail(error, attempts);

        await leading;
        Assert.That((await Task.WhenAll(following)).Select(reply => reply.Error), Is.All.EqualTo(error));
        Assert.That(bench.Upstream.Count, Is.EqualTo(1));
        Assert.That((await bench.AnswerAsync()).Error, Is.Null, "who comes later asks anew");
    }

    [Test]
    public async Task SendAsync_WhenTheLeaderThrows_LetsAnotherTry()
    {
        await using var bench = new CacheBench();
        var leading = bench.SendAsync();
        var call = await bench.Upstream.CallAsync();
        var following = bench.SendAsync();

        call.Reply.SetException(new InvalidDataException());
        (await bench.Upstream.CallAsync()).Answer();

        Assert.That(async () => await leading, Throws.InstanceOf<InvalidDataException>());
        Assert.That((await following).Error, Is.Null);
    }

    [Test]
    public async Task SendAsync_WhenTheLeadersCallerLeaves_GoesOnForTheOthers()
    {
        await using var bench = new CacheBench();
        using var leaving = new CancellationTokenSource();
        _ = bench.SendAsync(cancellationToken: leaving.Token);
        var call = await bench.Upstream.CallAsync();
        var following = bench.SendAsync();

        await leaving.CancelAsync();
        Assert.That(call.Token.IsCancellationRequested, Is.False);
        call.Answer();

        Assert.That((await following).Cached, Is.True);
    }

    [Test]
    public async Task SendAsync_WhenAFollowersCallerLeaves_LeavesTheOthersAlone()
    {
        await using var bench = new CacheBench();
        using var leaving = new CancellationTokenSource();
        var leading = bench.SendAsync();
        var call = await bench.Upstream.CallAsync();
        var gone = bench.SendAsync(cancellationToken: leaving.Token);
        var following = bench.SendAsync();

        await leaving.CancelAsync();
        Assert.That(async () => await gone, Throws.InstanceOf<OperationCanceledException>());
        call.Answer();

        Assert.That(((await leading).Cached, (await following).Cached), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamUsesItsBufferAgain_StillServesTheAnswer()
    {
        await using var bench = new CacheBench();
        var sending = bench.SendAsync();
        var call = await bench.Upstream.CallAsync();
        var buffer = Encoding.UTF8.GetBytes("""{"choices":[{"message":{"content":"kept"},"finish_reason":"stop"}]}""");
        call.Reply.SetResult(new GatewayReply { Answer = ChatAnswer.Scan(buffer), Model = CacheBench.Model(), Attempts = 1 });
        await sending;

        Array.Clear(buffer);

        Assert.That(Encoding.UTF8.GetString((await bench.SendAsync()).Answer!.Message.Span), Is.EqualTo("""{"content":"kept"}"""));
    }

    /// <summary>Answers at once, always the same.</summary>
    private sealed class InstantGateway : ILlmGateway
    {
        public Task<GatewayReply> Reply { get; } = Task.FromResult(new GatewayReply { Attempts = 1 });

        public Task<GatewayReply> SendAsync(
            ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken) => Reply;

        public Task<ModelReply> SendAsync(ModelRequest request, RouteTargets targets, GatewayCredentials credentials, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<GatewayStream> OpenStreamAsync(
            ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
