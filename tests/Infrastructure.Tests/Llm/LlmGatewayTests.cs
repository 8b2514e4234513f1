using System.Text;
using System.Text.Json;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

internal sealed class LlmGatewayTests
{
    [Test]
    public async Task SendAsync_WhenTheUpstreamAnswers_ReturnsItsAnswerAsItIs()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(members: ",\"seed\":7,\"purpose\":\"p\""), bench.Model("a", upstream.ApiBase));

        Assert.Multiple(() =>
        {
            Assert.That(reply.Error, Is.Null);
            Assert.That(reply.Attempts, Is.EqualTo(1));
            Assert.That(reply.Model!.Alias, Is.EqualTo("a"));
            Assert.That(Encoding.UTF8.GetString(reply.Answer!.Body.Span), Is.EqualTo(UpstreamScript.Completion));
            Assert.That(reply.Answer!.Usage, Is.EqualTo(new TokenUsage(9, 3)));
            Assert.That(bench.Keys.AskedFor, Is.EqualTo(["org"]));
        });
        var received = upstream.Received.Single();
        Assert.Multiple(() =>
        {
            Assert.That((received.Method, received.Path), Is.EqualTo(("POST", "/v1/chat/completions")));
            Assert.That(received.Headers["Authorization"], Is.EqualTo("Bearer " + GatewayBench.ApiKey));
            Assert.That(received.Headers["Content-Type"], Is.EqualTo("application/json"));
            Assert.That(received.Headers.Keys, Has.No.Member("traceparent").And.No.Member("Cookie"));
            Assert.That(received.Body, Is.EqualTo("""{"model":"upstream-a","messages":[{"role":"user","content":"hi"}],"seed":7}"""));
        });
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamRecovers_RetriesUntilItAnswers()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Abort(), UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, reply.Attempts), Is.EqualTo((default(Error), 3)));
        Assert.That(upstream.Received.Select(request => request.Body).Distinct().Count(), Is.EqualTo(1));
    }

    [TestCase(408, 3, ErrorKind.UpstreamFailed)]
    [TestCase(409, 3, ErrorKind.UpstreamFailed)]
    [TestCase(429, 3, ErrorKind.UpstreamFailed)]
    [TestCase(500, 3, ErrorKind.UpstreamFailed)]
    [TestCase(503, 3, ErrorKind.UpstreamFailed)]
    [TestCase(529, 3, ErrorKind.UpstreamFailed)]
    [TestCase(400, 1, ErrorKind.UpstreamRejected)]
    [TestCase(422, 1, ErrorKind.UpstreamRejected)]
    [TestCase(401, 1, ErrorKind.UpstreamFailed)]
    [TestCase(402, 1, ErrorKind.UpstreamFailed)]
    [TestCase(403, 1, ErrorKind.UpstreamFailed)]
    [TestCase(404, 1, ErrorKind.UpstreamFailed)]
    public async Task SendAsync_WhenTheUpstreamRefuses_RetriesOnlyWhatMayPass(int status, int attempts, ErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(status));
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error?.Kind, reply.Attempts, upstream.Received.Count), Is.EqualTo((kind, attempts, attempts)));
        Assert.That(reply.Model!.Alias, Is.EqualTo("a"));
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamRedirects_DoesNotCarryTheKeyThere()
    {
        await using var elsewhere = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Redirect(elsewhere.ApiBase + "/chat/completions"));
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error?.Code, elsewhere.Received.Count), Is.EqualTo(("upstream_failed", 0)));
    }

    [TestCase("<html>")]
    [TestCase("{}")]
    [TestCase("{\"choices\":[]}")]
    [TestCase("{\"error\":{\"message\":\"overloaded\"}}")]
    public async Task SendAsync_WhenAGoodStatusHasNoAnswer_CountsItAsAFault(string body)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, body), UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, reply.Attempts), Is.EqualTo((default(Error), 2)));
    }

    [Test]
    public async Task SendAsync_WhenTheBodyBreaksOff_Retries()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.CutBody(UpstreamScript.Completion[..50]), UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, reply.Attempts), Is.EqualTo((default(Error), 2)));
    }

    [Test]
    public async Task SendAsync_WhenTheAnswerIsTooLarge_GivesUp()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, UpstreamScript.Completion + new string(' ', 5000)));
        await using var bench = new GatewayBench(new() { ["Llm:MaxAnswerBytes"] = "4000", ["Llm:Retries"] = "0" });

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error?.Code, reply.Attempts), Is.EqualTo(("upstream_failed", 1)));
    }

    [Test]
    public async Task SendAsync_WhenNobodyListens_Fails()
    {
        var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await upstream.DisposeAsync();
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error?.Code, reply.Attempts), Is.EqualTo(("upstream_failed", 3)));
    }

    [Test]
    public async Task SendAsync_WhenRetryAfterFits_WaitsThatLong()
    {
        var time = new WatchedTime(TimeSpan.FromSeconds(3), atOnce: true);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "3"), UpstreamScript.Good());
        await using var bench = new GatewayBench(time: time);

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, reply.Attempts, time.Waits), Is.EqualTo((default(Error), 2, 1)));
    }

    [Test]
    public async Task SendAsync_WhenRetryAfterOutlastsTheCall_PassesItOn()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "1000"));
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error?.Code, reply.Error?.RetryAfter, reply.Attempts), Is.EqualTo(("upstream_failed", TimeSpan.FromSeconds(1000), 1)));
    }

    [Test]
    public async Task SendAsync_WhenRetryAfterIsLongAndAnotherModelIsLeft_AsksThatAtOnce()
    {
        await using var busy = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "30"));
        await using var free = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", busy.ApiBase), bench.Model("b", free.ApiBase));

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts), Is.EqualTo((default(Error), "b", 2)));
    }

    [TestCase(500, 4)]
    [TestCase(401, 2)]
    [TestCase(404, 2)]
    public async Task SendAsync_WhenTheFirstModelFails_FallsBackToTheNext(int status, int attempts)
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Error(status));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", first.ApiBase), bench.Model("b", second.ApiBase));

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts), Is.EqualTo((default(Error), "b", attempts)));
        Assert.That(second.Received.Single().Body, Does.StartWith("{\"model\":\"upstream-b\""));
    }

    [Test]
    public async Task SendAsync_WhenTheRequestIsAtFault_AsksNobodyElse()
    {
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Error(400, message: "bad temperature"));
        await using var second = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", first.ApiBase), bench.Model("b", second.ApiBase));

        Assert.That((reply.Error, second.Received.Count), Is.EqualTo((new Error("upstream_rejected", "bad temperature", ErrorKind.UpstreamRejected), 0)));
    }

    [TestCase("{\"error\":{\"message\":\"Key KEY for upstream-a at 127.0.0.1 is odd\"}}", "Key [key] for the model at the upstream is odd")]
    [TestCase("{\"error\":\"Bearer KEY, sk-proj-abcdefghij, gsk_abcdefgh12 and sk-ab****wxyz\"}", "[key] [key], [key] and [key]")]
    [TestCase("{\"message\":\"See https://platform.openai.com/docs?a=1 of OpenAI or Anthropic\"}", "See [link] of the provider or the provider")]
    [TestCase("{\"detail\":\"skipping the keyboard\"}", "skipping the keyboard")]
    [TestCase("[{\"error\":{\"message\":\"from provider-a\"}}]", "from the provider")]
    [TestCase("<html>KEY</html>", "The model refused the request.")]
    [TestCase("{\"error\":{\"message\":7}}", "The model refused the request.")]
    [TestCase("", "The model refused the request.")]
    public async Task SendAsync_WhenTheUpstreamExplains_PassesOnItsWordsWithoutSecretsAndNames(string body, string message)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(400, body.Replace("KEY", GatewayBench.ApiKey, StringComparison.Ordinal)));
        await using var bench = new GatewayBench();

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That(reply.Error?.Message, Is.EqualTo(message));
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamIsSlow_TimesOutAndLeaves()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang(left));
        var time = new WatchedTime(TimeSpan.FromSeconds(120));
        await using var bench = new GatewayBench(time: time);

        var sending = bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));
        await upstream.ArrivalAsync();
        time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error?.Kind, reply.Attempts), Is.EqualTo((ErrorKind.UpstreamTimeout, 1)));
        await left.Task.WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task SendAsync_WhenASlowModelHasAFallback_UsesIt()
    {
        await using var slow = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var time = new WatchedTime(TimeSpan.FromSeconds(120));
        await using var bench = new GatewayBench(time: time);

        var sending = bench.SendAsync(GatewayBench.Request(), bench.Model("a", slow.ApiBase), bench.Model("b", good.ApiBase));
        await slow.ArrivalAsync();
        time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts), Is.EqualTo((default(Error), "b", 2)));
    }

    [Test]
    public async Task SendAsync_WhenTheTotalTimeIsUp_TimesOutWithoutTryingTheRest()
    {
        await using var slow = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var time = new WatchedTime(TimeSpan.FromSeconds(300));
        await using var bench = new GatewayBench(new() { ["Llm:AttemptTimeoutSeconds"] = "400" }, time: time);

        var sending = bench.SendAsync(GatewayBench.Request(), bench.Model("a", slow.ApiBase), bench.Model("b", good.ApiBase));
        await slow.ArrivalAsync();
        time.Elapse();
        var reply = await sending;

        Assert.That((reply.Error?.Code, reply.Attempts, good.Received.Count), Is.EqualTo(("upstream_timeout", 1, 0)));
    }

    [Test]
    public async Task SendAsync_WhenTheCallerLeaves_ThrowsAndLeavesTheUpstream()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang(left));
        await using var bench = new GatewayBench();
        using var caller = new CancellationTokenSource();

        var sending = bench.Gateway.SendAsync(GatewayBench.Request(), [bench.Model("a", upstream.ApiBase)], new("org"), null, caller.Token);
        await upstream.ArrivalAsync();
        await caller.CancelAsync();

        Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
        await left.Task.WaitAsync(FakeUpstream.Patience);
    }

    private static Dictionary<string, string?> QuickCircuit() => new()
    {
        ["Llm:BreakerMinimumThroughput"] = "2",
        ["Llm:Retries"] = "0",
        ["Llm:BreakerBreakSeconds"] = "60",
    };

    [Test]
    public async Task SendAsync_WhenADeploymentKeepsFailing_LeavesItAlone()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        await using var bench = new GatewayBench(QuickCircuit());
        var model = bench.Model("a", upstream.ApiBase);

        for (var i = 0; i < 2; i++)
            Assert.That((await bench.SendAsync(GatewayBench.Request(), model)).Error?.Code, Is.EqualTo("upstream_failed"));
        var reply = await bench.SendAsync(GatewayBench.Request(), model);

        Assert.Multiple(() =>
        {
            Assert.That((reply.Error?.Code, reply.Error?.Kind), Is.EqualTo(("upstream_unavailable", ErrorKind.Unavailable)));
            Assert.That(reply.Error?.RetryAfter, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromSeconds(60)));
            Assert.That((reply.Attempts, reply.Model, upstream.Received.Count), Is.EqualTo((0, default(CatalogModel), 2)));
        });
    }

    [Test]
    public async Task SendAsync_WhenACircuitIsOpen_GoesStraightToTheFallback()
    {
        await using var bad = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(QuickCircuit());
        var (a, b) = (bench.Model("a", bad.ApiBase), bench.Model("b", good.ApiBase));

        for (var i = 0; i < 2; i++)
            await bench.SendAsync(GatewayBench.Request(), a, b);
        var reply = await bench.SendAsync(GatewayBench.Request(), a, b);

        Assert.That((reply.Error, reply.Model!.Alias, reply.Attempts, bad.Received.Count), Is.EqualTo((default(Error), "b", 1, 2)));
    }

    [Test]
    public async Task SendAsync_WhenTheCredentialIsReplaced_StartsWithAClosedCircuit()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Error(500), UpstreamScript.Good());
        await using var bench = new GatewayBench(QuickCircuit());
        var model = bench.Model("a", upstream.ApiBase);
        for (var i = 0; i < 2; i++)
            await bench.SendAsync(GatewayBench.Request(), model);

        bench.Keys.ByProvider[model.Provider] = new ProviderKey("key-a", "sk-new", upstream.ApiBase);
        var reply = await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That((reply.Error, upstream.Received.Last().Headers["Authorization"]), Is.EqualTo((default(Error), "Bearer sk-new")));
    }

    [Test]
    public async Task SendAsync_WhenCallersLeaveOrAreRefused_KeepsTheCircuitClosed()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        await using var bench = new GatewayBench(QuickCircuit());
        var model = bench.Model("a", upstream.ApiBase);
        for (var i = 0; i < 4; i++)
        {
            using var caller = new CancellationTokenSource();
            var sending = bench.Gateway.SendAsync(GatewayBench.Request(), [model], new("org"), null, caller.Token);
            await upstream.ArrivalAsync();
            await caller.CancelAsync();
            Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
        }

        upstream.Answer(UpstreamScript.Error(400), UpstreamScript.Error(429), UpstreamScript.Error(401), UpstreamScript.Good());
        for (var i = 0; i < 3; i++)
            await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That((await bench.SendAsync(GatewayBench.Request(), model)).Error, Is.Null);
    }

    [Test]
    public async Task SendAsync_WhenManyCallTheSameDeployment_KeepsTheirAnswersApart()
    {
        await using var upstream = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            context.Request.Headers.TryGetValue("Content-Length", out var length);
            await UpstreamScript.Json(200, $$$"""{"choices":[{"message":{"content":"{{{length}}}"}}]}""").Serve(context, cancellationToken);
        }));
        await using var bench = new GatewayBench();
        var model = bench.Model("a", upstream.ApiBase);

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => bench.SendAsync(GatewayBench.Request(new string('x', i * 50)), model)));

        var bare = """{"model":"upstream-a","messages":[{"role":"user","content":""}]}""".Length;
        Assert.That(
            replies.Select(reply => JsonElement.Parse(reply.Answer!.Message.Span).GetProperty("content").GetString()),
            Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{bare + (i * 50)}")));
    }
}
