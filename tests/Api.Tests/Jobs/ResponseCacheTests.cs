using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>Answers that serve again, as callers see them and as the books show them.</summary>
internal sealed class ResponseCacheTests
{
    private const string Ask = """{"messages":[{"role":"user","content":"hi"}],"cache":{"ttl":300}}""";
    private const string AskByDefault = """{"messages":[{"role":"user","content":"hi"}]}""";

    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(
        null, "Llm:RetryBaseDelayMs=1", "Llm:Retries=0", "ResponseCache:ClientPricePercent=40");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Call_WhenAskedAgain_IsServedFromTheCacheAndRecordedWithoutCost()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var first = await CallAsync(team, job, Ask);
        var second = await CallAsync(team, job, """{ "cache":{"ttl":60}, "purpose":"again", "messages":[{"content":"h\u0069","role":"user"}] }""");

        Assert.That(upstream.Received, Has.Count.EqualTo(1));
        Assert.That(upstream.Received.Single().Body, Does.Not.Contain("cache"));
        Assert.That(Cached(first), Is.False);
        Assert.That(Cached(second), Is.True);
        Assert.That(second.GetProperty("call_id").GetString(), Is.Not.EqualTo(first.GetProperty("call_id").GetString()));
        Assert.That(second.GetProperty("response").GetRawText(), Is.EqualTo(first.GetProperty("response").GetRawText()));
        Assert.That(second.GetProperty("metadata").GetProperty("tokens_used").GetInt32(), Is.EqualTo(12));

        var costs = await _service.CostsAsync(job);
        var again = costs.Breakdown[1];
        Assert.That(again.UsageSource, Is.EqualTo("cached"));
        Assert.That(again.Attempts, Is.Zero);
        Assert.That(again.Model, Does.StartWith("served-"));
        Assert.That(again.CostUsd, Is.Zero);
        Assert.That(again.ClientCostUsd, Is.EqualTo(0.000006m), "40 % of 0.000015");
        Assert.That(costs.Breakdown[0].ClientCostUsd, Is.EqualTo(0.000015m));
        Assert.That(costs.TotalCalls, Is.EqualTo(2));
        Assert.That(costs.TotalTokens, Is.EqualTo(24));
        Assert.That(costs.TotalCostUsd, Is.EqualTo(0.000015m));
        var completion = await team.CompleteAsync(job);
        Assert.That(completion.Costs.TotalCalls, Is.EqualTo(2));
        Assert.That(completion.Costs.CreditApplied, Is.True);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Call_WithoutAnyCacheTime_AsksEachTime()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        await CallAsync(team, job, Ask);
        var again = await CallAsync(team, job, AskByDefault);

        Assert.That((Cached(again), upstream.Received.Count), Is.EqualTo((false, 2)));
    }

    [Test]
    public async Task Call_WhenAnotherTeamAsksTheSame_IsNotServedFromItsCache()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var group = (await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}")).GetProperty("model_groups")[0].GetString()!;
        var other = await _service.CreateTeamAsync(modelGroup: group, models: group["group-".Length..]);

        await CallAsync(team, await team.CreateJobAsync(), Ask);
        var answer = await CallAsync(other, await other.CreateJobAsync(), Ask);

        Assert.That((Cached(answer), upstream.Received.Count), Is.EqualTo((false, 2)));
    }

    [Test]
    public async Task Settings_OfTeamGroupAndRequest_HoldInTheirOrderAndWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.CacheTtlSeconds = 300);
        var shown = await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}");
        Assert.That(shown.GetProperty("cache_ttl_seconds").GetInt32(), Is.EqualTo(300));
        var group = shown.GetProperty("model_groups")[0].GetString()!;
        var job = await team.CreateJobAsync();

        await CallAsync(team, job, AskByDefault);
        Assert.That(Cached(await CallAsync(team, job, AskByDefault)), Is.True, "the team's");
        Assert.That(Cached(await CallAsync(team, job, AskByDefault.Replace("}]", "}],\"cache\":{\"ttl\":0}", StringComparison.Ordinal))), Is.False, "the request's");

        await PutAsync($"/api/teams/{team.TeamId}", """{"cache_ttl_seconds":0}""");
        Assert.That((await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}")).GetProperty("cache_ttl_seconds").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Cached(await CallAsync(team, job, AskByDefault)), Is.False, "nobody's");

        var changed = await PutAsync($"/api/model-groups/{group}", """{"cache_ttl_seconds":120}""");
        Assert.That(changed.GetProperty("cache_ttl_seconds").GetInt32(), Is.EqualTo(120));
        await CallAsync(team, job, AskByDefault);
        Assert.That(Cached(await CallAsync(team, job, AskByDefault)), Is.True, "the group's");
        Assert.That(
            (await PutAsync($"/api/model-groups/{group}", """{"display_name":"x"}""")).GetProperty("cache_ttl_seconds").GetInt32(), Is.EqualTo(120), "absent fields stay");
    }

    [TestCase("\"cache\":5", "cache")]
    [TestCase("\"cache\":true", "cache")]
    [TestCase("\"cache\":[]", "cache")]
    [TestCase("\"cache\":{}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":-1}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":86401}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":1.5}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":\"9\"}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":{\"a\":1}}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":1,\"ttl\":2}", "cache.ttl")]
    [TestCase("\"cache\":{\"ttl\":1},\"cache\":{\"ttl\":2}", "cache")]
    public async Task Call_WhenTheCacheMemberIsBroken_IsRefused(string member, string field)
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();

        using var answer = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", $$"""{"messages":[{"role":"user","content":"hi"}],{{member}}}""");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True);
    }

    [TestCase("/api/teams/none", "{\"cache_ttl_seconds\":86401}")]
    [TestCase("/api/model-groups/none", "{\"cache_ttl_seconds\":-1}")]
    public async Task Settings_WhenOutOfRange_AreRefused(string path, string body)
    {
        using var answer = await _service.Operator.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty("cache_ttl_seconds", out _), Is.True);
    }

    [Test]
    public async Task Call_When100AskTheSameAtOnce_GoesUpstreamOnceAndIsRecorded100Times()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        var calls = Enumerable.Range(0, 100).Select(_ => CallAsync(team, job, Ask)).ToArray();
        await upstream.ArrivalAsync();
        release.SetResult();
        var answers = await Task.WhenAll(calls);

        Assert.That(upstream.Received, Has.Count.EqualTo(1));
        Assert.That(answers.Count(Cached), Is.EqualTo(99));
        var costs = await _service.CostsAsync(job);
        Assert.That(costs.TotalCalls, Is.EqualTo(100));
        Assert.That(costs.TotalCostUsd, Is.EqualTo(0.000015m));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Call_FromTheCache_CountsAgainstMaxCallsAndRequestsButNotTokens()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => (terms.TpmLimit, terms.RpmLimit) = (1200, 4));
        var capped = await team.CreateJobAsync(its => its.MaxCalls = 2);

        // Each is let in with some 1,030 tokens estimated: only what is given back leaves room for the next.
        await CallAsync(team, capped, Ask);
        Assert.That(Cached(await CallAsync(team, capped, Ask)), Is.True);
        using var third = await team.Client.PostRawAsync($"/api/jobs/{capped}/llm-call", Ask);
        Assert.That(third.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));

        var free = await team.CreateJobAsync();
        Assert.That(Cached(await CallAsync(team, free, Ask)), Is.True);
        Assert.That(Cached(await CallAsync(team, free, Ask)), Is.True);
        using var fifth = await team.Client.PostRawAsync($"/api/jobs/{free}/llm-call", Ask);
        Assert.That(fifth.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task Call_WhenTheUpstreamFails_IsNotKept()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using var failed = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", Ask);
        var answer = await CallAsync(team, job, Ask);

        Assert.That(failed.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That(Cached(answer), Is.False);
    }

    [Test]
    public async Task Call_AfterTheGroupGotAnotherModel_AsksIt()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();
        await CallAsync(team, job, Ask);
        var group = (await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}")).GetProperty("model_groups")[0].GetString()!;

        await PutAsync($"/api/models/{group["group-".Length..]}", """{"upstream_model":"newer-model"}""");
        var answer = await CallAsync(team, job, Ask);

        Assert.That(Cached(answer), Is.False);
        Assert.That(upstream.Received.Last().Body, Does.Contain("newer-model"));
    }

    [Test]
    public async Task Call_WhenTheSandboxAnswered_IsServedAgainUntilARealModelCanBeAsked()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await _service.Operator.PostOkAsync("/api/models/create", new
        {
            model_alias = "late-model", provider = "late-provider", upstream_model = "late", input_usd_per_million = 1, output_usd_per_million = 2,
        });
        var team = await _service.CreateTeamAsync(modelGroup: "LateGroup", models: "late-model");
        var job = await team.CreateJobAsync();

        var invented = await CallAsync(team, job, Ask);
        Assert.That(Cached(await CallAsync(team, job, Ask)), Is.True);
        await _service.Operator.PostOkAsync("/api/provider-credentials/create", new
        {
            provider = "late-provider", credential_name = "late", api_key = "sk-late-secret-key", api_base = upstream.ApiBase,
        });
        var real = await CallAsync(team, job, Ask);

        Assert.That(invented.GetRawText(), Does.Contain("sandbox").IgnoreCase);
        Assert.That(Cached(real), Is.False);
        Assert.That(real.GetProperty("response").GetProperty("content").GetString(), Is.EqualTo("hello"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Stream_WhenAskedAgain_HasTheSameChunksUnderItsOwnId(bool includeUsage)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(
            UpstreamScript.Text("Hel"), UpstreamScript.Text("lo"), UpstreamScript.Finish(), UpstreamScript.Usage(20, 5), UpstreamScript.Done));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();
        var options = includeUsage ? ""","stream_options":{"include_usage":true}""" : "";
        var body = Ask.Replace(",\"cache\"", options + ",\"cache\"", StringComparison.Ordinal);

        var (first, firstId, firstCached) = await StreamAsync(team, job, Ask);
        var (second, secondId, secondCached) = await StreamAsync(team, job, body);

        Assert.That(upstream.Received, Has.Count.EqualTo(1));
        Assert.That((firstCached, secondCached), Is.EqualTo((false, true)));
        Assert.That(second.Contains("\"usage\"", StringComparison.Ordinal), Is.EqualTo(includeUsage));
        Assert.That(second, Does.EndWith("data: [DONE]\n\n").And.Not.Contain("secret-model"));
        var same = first.Replace(firstId, secondId, StringComparison.Ordinal);
        Assert.That(includeUsage ? second[..(same.Length - "data: [DONE]\n\n".Length)] + "data: [DONE]\n\n" : second, Is.EqualTo(same));

        var again = (await _service.CostsAsync(job)).Breakdown[1];
        Assert.That(again.UsageSource, Is.EqualTo("cached"));
        Assert.That((again.PromptTokens, again.CompletionTokens), Is.EqualTo((20, 5)));
        Assert.That((again.CostUsd, again.ClientCostUsd), Is.EqualTo((0m, 0.000012m)));
        Assert.That(again.Streamed, Is.True);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Stream_AfterAPlainCallLikeIt_IsAskedForItself()
    {
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Good(), UpstreamScript.Stream(UpstreamScript.Text("x"), UpstreamScript.Finish(), UpstreamScript.Done));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        await CallAsync(team, job, Ask);
        var (_, _, cached) = await StreamAsync(team, job, Ask);

        Assert.That((cached, upstream.Received.Count), Is.EqualTo((false, 2)));
    }

    [Test]
    public async Task Stream_WhenItsCallerLeavesWhileAnotherReads_RunsOnForItAndIsCostedWhole()
    {
        var more = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(new UpstreamScript(async (context, cancellationToken) =>
        {
            await UpstreamScript.Stream(UpstreamScript.Text("one")).Serve(context, cancellationToken);
            await more.Task.WaitAsync(cancellationToken);
            await context.Response.WriteAsync(UpstreamScript.Text("two") + UpstreamScript.Finish() + UpstreamScript.Usage(20, 5) + UpstreamScript.Done, cancellationToken);
        }));
        var team = await _service.CreateTeamAtAsync(upstream);
        var left = await team.CreateJobAsync();
        var job = await team.CreateJobAsync();

        Task<string> following;
        using (var leading = await OpenAsync(team, left))
        {
            await using var body = await leading.Content.ReadAsStreamAsync();
            Assert.That(await body.ReadAsync(new byte[1]), Is.EqualTo(1));
            var follower = await OpenAsync(team, job);
            Assert.That(follower.Headers.Contains("X-Cached"), Is.True);
            following = follower.Content.ReadAsStringAsync();
        }

        more.SetResult();

        Assert.That(await following.WaitAsync(FakeUpstream.Patience), Does.Contain("one").And.Contain("two").And.EndWith("data: [DONE]\n\n"));
        Assert.That(upstream.Received, Has.Count.EqualTo(1));
        var leader = await _service.RecordedCallAsync(left);
        Assert.That(leader.UsageSource, Is.AnyOf("drained", "upstream"), "whichever is noticed first, the end or the caller's leaving");
        Assert.That(leader.CostUsd, Is.EqualTo(0.00003m));
        var reader = await _service.RecordedCallAsync(job);
        Assert.That(reader.UsageSource, Is.EqualTo("cached"));
        Assert.That(reader.CompletionTokens, Is.EqualTo(5));
        var (_, _, cached) = await StreamAsync(team, job, Ask);
        Assert.That(cached, Is.True, "it was read to its end, so it is kept");
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Stream_WhenItBreaks_IsNotKept()
    {
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Stream(UpstreamScript.Text("half")),
            UpstreamScript.Stream(UpstreamScript.Text("whole"), UpstreamScript.Finish(), UpstreamScript.Done));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();

        using (var broken = await OpenAsync(team, job))
            Assert.That(async () => await broken.Content.ReadAsStringAsync(), Throws.InstanceOf<Exception>());
        var (text, _, cached) = await StreamAsync(team, job, Ask);

        Assert.That(cached, Is.False);
        Assert.That(text, Does.Contain("whole"));
    }

    private static async Task<JsonElement> CallAsync(TestTeam team, Guid job, string body)
    {
        using var answer = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static async Task<(string Text, string Id, bool Cached)> StreamAsync(TestTeam team, Guid job, string body)
    {
        using var answer = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call-stream", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return (text, Guid.Parse(answer.Headers.GetValues("X-Call-Id").Single()).ToString("N"), answer.Headers.Contains("X-Cached"));
    }

    private static async Task<HttpResponseMessage> OpenAsync(TestTeam team, Guid job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{job}/llm-call-stream");
        request.Content = new StringContent(Ask, Encoding.UTF8, "application/json");
        return await team.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static bool Cached(JsonElement answer) => answer.GetProperty("metadata").GetProperty("cached").GetBoolean();

    private async Task<JsonElement> PutAsync(string path, string body)
    {
        using var answer = await _service.Operator.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

}
