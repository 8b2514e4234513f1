using System.Net;
using System.Text;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>Calls against a real upstream on loopback: what the caller gets, and what is put on record.</summary>
internal sealed class UpstreamTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(
        null, "Llm:RetryBaseDelayMs=1", "Llm:AttemptTimeoutSeconds=1", "Llm:StreamIdleTimeoutSeconds=1", "Llm:StreamStartTimeoutSeconds=1");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Call_WhenAnswered_IsCostedFromTheUpstreamsUsage()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var answer = await team.Client.PostRawAsync(
            $"/api/jobs/{job}/llm-call", """{"messages":[{"role":"user","content":"hi"}],"purpose":"p","seed":7,"vendor_field":{"a":[1]},"temperature":0.30}""");

        Assert.That((await answer.JsonAsync()).GetProperty("metadata").GetProperty("tokens_used").GetInt32(), Is.EqualTo(12));
        var sent = upstream.Received.Single();
        Assert.That(sent.Body, Does.Contain("\"model\":\"secret-model\"").And.Contain("\"vendor_field\":{\"a\":[1]}").And.Contain("\"temperature\":0.30"));
        Assert.That(sent.Body, Does.Not.Contain("purpose"));
        Assert.That(sent.Headers["Authorization"], Is.EqualTo("Bearer sk-upstream-secret-key"));
        var call = await _service.RecordedCallAsync(job);
        Assert.That(call.CostUsd, Is.EqualTo(0.000015m), "9 × 1 + 3 × 2 millionths");
        Assert.That(call.UsageSource, Is.EqualTo("upstream"));
        Assert.That(call.Attempts, Is.EqualTo(1));
    }

    [Test]
    public async Task Call_After500sAndSuccess_IsOneSuccessfulCall()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Error(503), UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var answer = await team.PostCallAsync(job);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _service.RecordedCallAsync(job)).Attempts, Is.EqualTo(3));
        Assert.That((await team.CompleteAsync(job)).Costs.CreditApplied, Is.True);
    }

    [TestCase(500, 502)]
    [TestCase(401, 502)]
    [TestCase(404, 502)]
    [TestCase(400, 400)]
    [TestCase(422, 400)]
    public async Task Call_WhenTheUpstreamRefuses_IsRecordedAndTellsNoSecrets(int status, int seen)
    {
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Error(status, message: "Incorrect API key sk-upstream-secret-key for secret-model"));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var answer = await team.PostCallAsync(job);

        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(seen), text);
        Assert.That(text, Does.Not.Contain("sk-upstream").And.Not.Contain("secret-model"));
        var costs = await _service.CostsAsync(job);
        Assert.That(costs.FailedCalls, Is.EqualTo(1));
        Assert.That(await _service.Operator.GetStringAsync($"/api/jobs/{job}/costs"), Does.Not.Contain("sk-upstream"));
    }

    [Test]
    public async Task Call_WhenTheUpstreamIsTooSlow_Answers504AndRecordsItsPrompt()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var answer = await team.PostCallAsync(job);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.GatewayTimeout));
        var call = await _service.RecordedCallAsync(job);
        Assert.That(call.UsageSource, Is.EqualTo("estimated"));
        Assert.That(call.PromptTokens, Is.GreaterThan(0), "it was dispatched, so its provider bills the prompt");
    }

    [Test]
    public async Task Call_WithoutReportedUsage_IsEstimated()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(
            200, """{"choices":[{"index":0,"message":{"role":"assistant","content":"twelve bytes"},"finish_reason":"stop"}]}"""));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        await team.CallAsync(job);

        var call = await _service.RecordedCallAsync(job);
        Assert.That(call.UsageSource, Is.EqualTo("estimated"));
        Assert.That(call.CompletionTokens, Is.EqualTo(3));
        Assert.That(call.CostUsd, Is.GreaterThan(0));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Call_WhenTheCallerLeaves_RunsToItsEndAndIsRecorded()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();
        using var leaving = new CancellationTokenSource();

        var call = team.Client.PostAsync(
            $"/api/jobs/{job}/llm-call", new StringContent("""{"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"), leaving.Token);
        await upstream.ArrivalAsync();
        await leaving.CancelAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        release.SetResult();

        var recorded = await _service.RecordedCallAsync(job);
        Assert.That(recorded.UsageSource, Is.EqualTo("upstream"));
        Assert.That(recorded.CostUsd, Is.EqualTo(0.000015m));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Stream_WhenItEndsWell_IsPassedOnWithoutModelAndProvider(bool includeUsage)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(
            UpstreamScript.Text("Hel"), UpstreamScript.Text("lo"), UpstreamScript.Finish(), UpstreamScript.Usage(20, 5), UpstreamScript.Done));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var options = includeUsage ? ""","stream_options":{"include_usage":true}""" : "";
        using var answer = await team.Client.PostRawAsync(
            $"/api/jobs/{job}/llm-call-stream", $$"""{"messages":[{"role":"user","content":"hi"}]{{options}}}""");
        var events = Events(await answer.Content.ReadAsStringAsync());

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        Assert.That(answer.Headers.GetValues("X-Job-Id").Single(), Is.EqualTo(job.ToString()));
        Assert.That(events[^1], Is.EqualTo("[DONE]"));
        var chunks = events.SkipLast(1).Select(text => JsonElement.Parse(text)).ToList();
        Assert.That(chunks, Has.Count.EqualTo(includeUsage ? 4 : 3));
        Assert.That(chunks.Select(chunk => chunk.GetProperty("model").GetString()), Is.All.StartsWith("group-"));
        Assert.That(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(string.Concat(events), Does.Not.Contain("secret-model").And.Not.Contain("up-1"));
        Assert.That(chunks.Any(chunk => chunk.TryGetProperty("usage", out _)), Is.EqualTo(includeUsage));
        Assert.That(upstream.Received.Single().Body, Does.Contain("\"include_usage\":true"), "usage is metered whether or not the caller asked");
        var call = await _service.RecordedCallAsync(job);
        Assert.That(call.PromptTokens, Is.EqualTo(20));
        Assert.That(call.Streamed, Is.True);
    }

    [Test]
    public async Task Stream_WhenAskedForByTheBody_StreamsOnThePlainRoute()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(UpstreamScript.Text("x"), UpstreamScript.Finish(), UpstreamScript.Done));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var answer = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", """{"messages":[{"role":"user","content":"hi"}],"stream":true}""");

        Assert.That(Events(await answer.Content.ReadAsStringAsync())[^1], Is.EqualTo("[DONE]"));
        Assert.That((await _service.RecordedCallAsync(job)).UsageSource, Is.EqualTo("estimated"), "it ended well and reported no usage");
    }

    [Test]
    public async Task Stream_WhenTheUpstreamCutsIt_EndsInAnErrorEventWithoutDone()
    {
        // A reset overtakes bytes that are on their way, so the upstream breaks only when the caller has them.
        var delivered = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Stream(UpstreamScript.Text("one"), UpstreamScript.Text("two")).Serve(context, cancellationToken);
            await delivered.Task.WaitAsync(cancellationToken);
            context.Abort();
        }));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var (text, broken) = await ReadUntilBrokenAsync(team, $"/api/jobs/{job}/llm-call-stream", text =>
        {
            if (text.Contains("two", StringComparison.Ordinal))
                delivered.TrySetResult();
        });

        Assert.That(broken, Is.True, "the connection is reset, so that nobody takes it for a whole answer");
        Assert.That(text, Does.Contain("two").And.Contain("event: error").And.Not.Contain("[DONE]"));
        var error = JsonElement.Parse(Events(text)[^1]).GetProperty("error");
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("upstream_stream_cut"));
        var call = await _service.RecordedCallAsync(job);
        Assert.That(call.UsageSource, Is.EqualTo("delivered"));
        Assert.That(call.CompletionTokens, Is.GreaterThan(0));
        Assert.That(call.Error, Is.Not.Null);
        var completion = await team.CompleteAsync(job);
        Assert.That(completion.Costs.CreditApplied, Is.False);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Stream_WhenTheUpstreamFallsSilent_EndsInAnErrorEvent()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, null, UpstreamScript.Text("one")));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var (text, _) = await ReadUntilBrokenAsync(team, $"/api/jobs/{job}/llm-call-stream");

        Assert.That(text, Does.Contain("event: error").And.Not.Contain("[DONE]"));
        Assert.That((await _service.RecordedCallAsync(job)).UsageSource, Is.EqualTo("delivered"));
    }

    [Test]
    public async Task Stream_WhenTheUpstreamRefuses_StillHasAStatus()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var answer = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call-stream", """{"messages":[{"role":"user","content":"hi"}]}""");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That((await answer.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("upstream_failed"));
        Assert.That((await _service.RecordedCallAsync(job)).Error, Is.Not.Null);
    }

    [Test]
    public async Task Stream_WhenTheCallerLeaves_CancelsTheUpstreamAndIsPaidFor()
    {
        var upstreamLeft = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Stream(StreamEnd.Hang, upstreamLeft, UpstreamScript.Text("some text that was delivered")));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using (var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{job}/llm-call-stream"))
        {
            request.Content = new StringContent("""{"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json");
            using var answer = await team.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            Assert.That(await body.ReadAsync(new byte[1]), Is.EqualTo(1));
        }

        await upstreamLeft.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var call = await _service.RecordedCallAsync(job);
        Assert.That(call.UsageSource, Is.EqualTo("delivered"));
        Assert.That(call.CompletionTokens, Is.GreaterThan(0));
        Assert.That(call.CostUsd, Is.GreaterThan(0));
        Assert.That(call.Error, Is.Null);
        var completion = await team.CompleteAsync(job);
        Assert.That(completion.Costs.CreditApplied, Is.True, "leaving early must not make a job free");
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CreateAndStream_WhenItEndsWell_HasCompletedTheJobBeforeDone()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(
            UpstreamScript.Text("x"), UpstreamScript.Finish(), UpstreamScript.Usage(3, 1), UpstreamScript.Done));
        var team = await _service.CreateTeamAtAsync(upstream, credits: 2);

        using var answer = await team.Client.PostRawAsync(
            "/api/jobs/create-and-call-stream", """{"job_type":"one_shot","messages":[{"role":"user","content":"hi"}]}""");

        Assert.That(Events(await answer.Content.ReadAsStringAsync())[^1], Is.EqualTo("[DONE]"));
        var job = await team.Client.GetOkAsync($"/api/jobs/{answer.Headers.GetValues("X-Job-Id").Single()}");
        Assert.That(job.GetProperty("status").GetString(), Is.EqualTo("completed"));
        Assert.That((await team.BalanceAsync()).CreditsRemaining, Is.EqualTo(1));
    }

    [Test]
    public async Task SuspendTeam_WhileACallRuns_LetsItEndAndRefusesTheNext()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var running = team.PostCallAsync(job);
        await upstream.ArrivalAsync();
        await _service.Operator.PostAsync($"/api/teams/{team.TeamId}/suspend", null);
        using var next = await team.PostCallAsync(job);
        release.SetResult();

        Assert.That(next.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await running).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await _service.Operator.PutAsync($"/api/teams/{team.TeamId}/resume", null);
        Assert.That((await team.CompleteAsync(job)).Status, Is.EqualTo("completed"));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task LateCall_WhenItsJobEndsFirst_IsRecordedApart()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var running = team.PostCallAsync(job);
        await upstream.ArrivalAsync();
        using var completed = await team.PostCompleteAsync(job);
        release.SetResult();

        Assert.That((await running).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var completion = await completed.JsonAsync();
        Assert.That(completion.GetProperty("costs").GetProperty("total_calls").GetInt32(), Is.Zero);
        var costs = await _service.CostsAsync(job);
        Assert.That(costs.TotalCalls, Is.Zero);
        Assert.That(costs.LateCalls, Is.EqualTo(1));
        Assert.That(costs.LateCostUsd, Is.EqualTo(0.000015m));
        using var again = await team.PostCompleteAsync(job);
        Assert.That((await again.JsonAsync()).GetRawText(), Is.EqualTo(completion.GetRawText()));
        await _service.VerifyLedgerAsync();
    }

    private static async Task<(string Text, bool Broken)> ReadUntilBrokenAsync(TestTeam team, string path, Action<string>? seen = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent("""{"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"),
        };
        using var answer = await team.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer)) > 0)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
                seen?.Invoke(text.ToString());
            }

            return (text.ToString(), false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return (text.ToString(), true);
        }
    }

    private static List<string> Events(string text) =>
        [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item[(item.IndexOf("data: ", StringComparison.Ordinal) + 6)..])];
}
