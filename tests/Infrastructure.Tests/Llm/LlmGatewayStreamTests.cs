using System.Text;
using Microsoft.AspNetCore.Http;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

internal sealed class LlmGatewayStreamTests
{
    [Test]
    public async Task OpenStreamAsync_WhenTheStreamIsWhole_HandsOutItsEventsAsTheyAre()
    {
        var pieces = new[] { UpstreamScript.Text("Hel"), ": ping\n\n", UpstreamScript.Text("lo"), UpstreamScript.Finish(), UpstreamScript.Usage(9, 2), UpstreamScript.Done };
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(pieces));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        var events = await ReadAllAsync(stream);

        Assert.Multiple(() =>
        {
            Assert.That(events, Is.EqualTo(new[] { pieces[0], pieces[2], pieces[3], pieces[4] }.Select(piece => piece["data: ".Length..].TrimEnd())));
            Assert.That((stream.Error, stream.Fault, stream.FinishReason, stream.Usage), Is.EqualTo((default(Error), default(Error), "stop", new TokenUsage(9, 2))));
            Assert.That((stream.DeliveredTextBytes, stream.Attempts, stream.Model!.Alias), Is.EqualTo((5, 1, "a")));
            Assert.That(upstream.Received.Single().Body, Does.EndWith("\"stream\":true,\"stream_options\":{\"include_usage\":true}}"));
            Assert.That(upstream.Received.Single().Headers["Accept"], Is.EqualTo("text/event-stream"));
        });
    }

    private static readonly object?[][] Ends =
    [
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), UpstreamScript.Done }, null, 1],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), UpstreamScript.Finish() }, null, 2],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), UpstreamScript.Finish().TrimEnd() }, null, 2],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), "data: [DONE]" }, null, 1],
        [StreamEnd.Cut, new[] { UpstreamScript.Text("a"), UpstreamScript.Finish() }, null, 2],
        [StreamEnd.Hang, new[] { UpstreamScript.Text("a"), UpstreamScript.Done }, null, 1],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a") }, "upstream_stream_cut", 1],
        [StreamEnd.Cut, new[] { UpstreamScript.Text("a") }, "upstream_stream_cut", 1],
        [StreamEnd.Close, Array.Empty<string>(), "upstream_stream_cut", 0],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), UpstreamScript.Text("b")[..40] }, "upstream_stream_cut", 1],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), "data: {broken}\n\n", UpstreamScript.Done }, "upstream_stream_broken", 1],
        [StreamEnd.Close, new[] { "data: " + new string('x', 5000) + "\n\n", UpstreamScript.Done }, "upstream_stream_broken", 0],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), "data: {\"error\":{\"message\":\"secret-model died\"}}\n\n", UpstreamScript.Done }, "upstream_stream_failed", 1],
        [StreamEnd.Close, new[] { UpstreamScript.Text("a"), "event: error\ndata: {\"code\":1}\n\n" }, "upstream_stream_failed", 1],
    ];

    [TestCaseSource(nameof(Ends))]
    public async Task ReadAsync_WhenTheStreamEnds_TellsAGoodEndFromABadOne(StreamEnd end, string[] pieces, string? fault, int events)
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(end, cut, pieces));
        await using var bench = new GatewayBench(new() { ["Llm:MaxEventBytes"] = "4096" });

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        for (var i = 0; i < events; i++)
            Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Not.Null);
        cut.TrySetResult();

        Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Null);
        Assert.That(stream.Fault?.Code, Is.EqualTo(fault));
        Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task ReadAsync_WhenUsageComesSeveralTimes_TheLastHolds()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(UpstreamScript.Usage(9, 1), UpstreamScript.Usage(9, 5), UpstreamScript.Finish(), UpstreamScript.Done));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        await ReadAllAsync(stream);

        Assert.That(stream.Usage, Is.EqualTo(new TokenUsage(9, 5)));
    }

    [Test]
    public async Task ReadAsync_WhenNoUsageComes_KnowsHowMuchTextWasDelivered()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(UpstreamScript.Text("é\\n"), UpstreamScript.Text("abc"), UpstreamScript.Finish(), UpstreamScript.Done));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        await ReadAllAsync(stream);

        Assert.That((stream.Usage, stream.DeliveredTextBytes), Is.EqualTo((default(TokenUsage?), 6)));
    }

    [Test]
    public async Task ReadAsync_WhenTheUpstreamFallsSilent_EndsWithATimeout()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, left, UpstreamScript.Text("a")));
        var time = new WatchedTime(TimeSpan.FromSeconds(45));
        await using var bench = new GatewayBench(new() { ["Llm:StreamIdleTimeoutSeconds"] = "45" }, time: time);

        await using (var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase)))
        {
            Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Not.Null);
            var reading = stream.ReadAsync(CancellationToken.None);
            time.Elapse();

            Assert.That(await reading, Is.Null);
            Assert.That((stream.Fault?.Code, stream.Fault?.Kind), Is.EqualTo(("upstream_stream_idle", ErrorKind.UpstreamTimeout)));
        }

        await left.Task.WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task DisposeAsync_WhenTheStreamStillRuns_LeavesTheUpstreamAtOnce()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, left, UpstreamScript.Text("a")));
        await using var bench = new GatewayBench();

        var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Not.Null);
        await stream.DisposeAsync();

        await left.Task.WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task ReadAsync_WhenTheCallerLeaves_ThrowsAndKeepsWhatWasDelivered()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, null, UpstreamScript.Text("abc")));
        await using var bench = new GatewayBench();
        using var caller = new CancellationTokenSource();

        await using var stream = await bench.Gateway.OpenStreamAsync(GatewayBench.Request(), [bench.Model("a", upstream.ApiBase)], new("org"), null, caller.Token);
        await stream.ReadAsync(caller.Token);
        var reading = stream.ReadAsync(caller.Token).AsTask();
        await caller.CancelAsync();

        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((stream.DeliveredTextBytes, stream.Fault), Is.EqualTo((3, default(Error))));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheFirstModelsFail_FallsBackBeforeTheFirstByte()
    {
        await using var failing = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        await using var notAStream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Error(503), UpstreamScript.Stream(UpstreamScript.Text("a"), UpstreamScript.Done));
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "1" });

        await using var stream = await bench.OpenAsync(
            GatewayBench.Request(), bench.Model("a", failing.ApiBase), bench.Model("b", notAStream.ApiBase), bench.Model("c", good.ApiBase));

        Assert.That((stream.Error, stream.Model!.Alias, stream.Attempts), Is.EqualTo((default(Error), "c", 6)));
        Assert.That((await ReadAllAsync(stream)).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheRequestIsAtFault_HasAnErrorAndNoEvents()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(400, message: "no such voice"));
        await using var bench = new GatewayBench();

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((stream.Error?.Kind, stream.Error?.Message, stream.Attempts), Is.EqualTo((ErrorKind.UpstreamRejected, "no such voice", 1)));
        Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task OpenStreamAsync_WhenNoHeadersCome_TimesOut()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        var time = new WatchedTime(TimeSpan.FromSeconds(45));
        await using var bench = new GatewayBench(new() { ["Llm:StreamStartTimeoutSeconds"] = "45" }, time: time);

        var opening = bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        await upstream.ArrivalAsync();
        time.Elapse();
        await using var stream = await opening;

        Assert.That((stream.Error?.Code, stream.Attempts), Is.EqualTo(("upstream_timeout", 1)));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheStreamOutlastsTheTimeouts_GoesOn()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Stream(UpstreamScript.Text("a")).Serve(context, cancellationToken);
            await goOn.Task.WaitAsync(cancellationToken);
            await context.Response.WriteAsync(UpstreamScript.Finish() + UpstreamScript.Done, cancellationToken);
        }));
        var time = new WatchedTime(TimeSpan.FromSeconds(45));
        await using var bench = new GatewayBench(new() { ["Llm:StreamStartTimeoutSeconds"] = "45", ["Llm:TotalTimeoutSeconds"] = "45" }, time: time);

        await using var stream = await bench.OpenAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        await stream.ReadAsync(CancellationToken.None);
        Assert.That(time.Waits, Is.EqualTo(1));
        time.Elapse();
        goOn.SetResult();

        Assert.That((await ReadAllAsync(stream)).Count, Is.EqualTo(1));
        Assert.That(stream.Fault, Is.Null);
    }

    [Test]
    public async Task DisposeAsync_WhenTheStreamWasReadToItsEnd_KeepsTheConnection()
    {
        using var end = new SemaphoreSlim(0);
        await using var upstream = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Stream(UpstreamScript.Text("a"), UpstreamScript.Done).Serve(context, cancellationToken);
            await end.WaitAsync(cancellationToken);
        }));
        await using var bench = new GatewayBench(time: new WatchedTime(TimeSpan.FromMilliseconds(200)));
        var model = bench.Model("a", upstream.ApiBase);
        for (var i = 0; i < 3; i++)
        {
            var stream = await bench.OpenAsync(GatewayBench.Request(), model);
            await ReadAllAsync(stream);
            var disposing = stream.DisposeAsync();
            end.Release();
            await disposing;
        }

        Assert.That(upstream.Received.Select(request => request.ConnectionId).Distinct().Count(), Is.EqualTo(1));
    }

    internal static async Task<List<string>> ReadAllAsync(GatewayStream stream)
    {
        var events = new List<string>();
        while (await stream.ReadAsync(CancellationToken.None) is { } data)
            events.Add(Encoding.UTF8.GetString(data.Span));
        return events;
    }
}
