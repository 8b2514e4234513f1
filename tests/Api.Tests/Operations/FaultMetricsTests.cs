using SaasLlm.Api.Tests.Llm;
using SaasLlm.Api.Tests.Operations.Prometheus;
using SaasLlm.Client;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations;

/// <summary>What a monitor reads of what goes wrong: each is made to happen once, and is counted once.</summary>
[NonParallelizable]
internal sealed class FaultMetricsTests
{
    private const string Refusals = "saasllm_limiter_refusals_total";
    private const string Attempts = "saasllm_webhooks_attempts_total";

    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync(
            null, "Llm:Retries=0", "Llm:MaxCooldownSeconds=1000", "Outgoing:AllowedNetworks:0=127.0.0.0/8", "Webhooks:PollIntervalMs=100");

        // 1,100 tokens a call, and some 1,030 estimated for each.
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(
            200,
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":900,"completion_tokens":200}}"""));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [TestCase("requests", "organization")]
    [TestCase("requests", "team")]
    [TestCase("requests", "key")]
    [TestCase("tokens", "team")]
    [TestCase("burst", "team")]
    public async Task Refusals_ByALimit_AreCountedByWhichAndWhose(string limit, string scope)
    {
        var team = await _service.CreateTeamAtAsync(_upstream);
        int? requests = limit switch { "requests" => 1, "burst" => 30, _ => null };
        int? tokens = limit == "tokens" ? 2000 : null;
        int? burst = limit == "burst" ? 1 : null;
        using var caller = await LimitAsync(team, scope, requests, tokens, burst);
        var job = await team.CreateJobAsync();
        var before = await ReadAsync();

        await caller.CallLlmAsync(job, "one");
        var refusal = Assert.ThrowsAsync<ApiException>(() => caller.CallLlmAsync(job, "two"))!;

        Assert.That(refusal.StatusCode, Is.EqualTo(429));
        var after = await ReadAsync();
        Assert.That(after.Sum(Refusals, ("limit", limit), ("scope", scope)) - before.Sum(Refusals, ("limit", limit), ("scope", scope)), Is.EqualTo(1));
        Assert.That(after.Sum(Refusals) - before.Sum(Refusals), Is.EqualTo(1));
    }

    [Test]
    public async Task Refusals_OfParallelCalls_AreCounted()
    {
        var release = new TaskCompletionSource();
        await using var slow = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(slow, more: terms => terms.MaxParallel = 1);
        var job = await team.CreateJobAsync();
        var before = await ReadAsync();

        var first = team.CallAsync(job);
        await slow.ArrivalAsync();
        var refusal = Assert.ThrowsAsync<ApiException>(() => team.CallAsync(job))!;
        release.SetResult();
        await first;

        Assert.That(refusal.StatusCode, Is.EqualTo(429));
        Assert.That((await ReadAsync()).Sum(Refusals, ("limit", "parallel"), ("scope", "team")) - before.Sum(Refusals, ("limit", "parallel")), Is.EqualTo(1));
    }

    [Test]
    public async Task Refusals_ByATiersQuota_AreCountedOnceEach()
    {
        var tier = "tier-" + Guid.CreateVersion7().ToString("N")[^12..];
        await _service.Api.CreateTierAsync(new CreateTier { TierName = tier, Rank = 20, MonthlyCalls = 1 });
        var tenant = await _service.CreateTenantAsync(1000, tier);
        var model = await _service.CreateModelAsync(_upstream);
        var before = await ReadAsync();

        var statuses = new List<int>();
        for (var call = 0; call < 3; call++)
        {
            using var answer = await tenant.CallAsync(model);
            statuses.Add((int)answer.StatusCode);
        }

        Assert.That(statuses, Is.EqualTo(new[] { 200, 429, 429 }));
        Assert.That((await ReadAsync()).Sum(Refusals, ("limit", "quota"), ("scope", "organization")) - before.Sum(Refusals, ("limit", "quota")), Is.EqualTo(2));
    }

    [Test]
    public async Task Hedge_WhenTheSecondAnswersFirst_IsCountedAsWon()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var silent = await FakeUpstream.StartAsync(UpstreamScript.Hang(left));
        await using var quick = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(silent.ArrivalAsync()));
        var (first, second) = (await _service.CreateModelAsync(silent), await _service.CreateModelAsync(quick));
        var team = await _service.CreateTeamAsync(100, null, "hedged", first, second);
        await _service.Api.UpdateModelGroupAsync("hedged", new UpdateModelGroup { HedgeAfterMs = 1 });

        await team.CallAsync(await team.CreateJobAsync());
        await left.Task.WaitAsync(FakeUpstream.Patience);

        var read = await ReadAsync();
        Assert.That(read.Samples("saasllm_upstream_hedges_total", Provider(second)).Single(), Has.Property("Value").EqualTo(1).And.Property("Set").Contains("outcome=won"));
        Assert.That(read.Sum("saasllm_upstream_hedges_total", Provider(first)), Is.Zero);
        Assert.That(read.Sum("saasllm_upstream_requests_total", Provider(second), ("outcome", "good")), Is.EqualTo(1));
        Assert.That(read.Sum("saasllm_calls_total", ("saasllm_model_group", "hedged")), Is.EqualTo(1), "it is one call");
    }

    [Test]
    public async Task Stream_WhenItsUpstreamBreaksOff_IsCountedByItsCode()
    {
        var seen = new TaskCompletionSource();
        await using var cut = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Cut, seen, UpstreamScript.Text("half")));
        var model = await _service.CreateModelAsync(cut);
        var team = await _service.CreateTeamAsync(100, null, "cut", model);
        var job = await team.CreateJobAsync();

        Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var step in team.Api.StreamLlmAsync(job, "hello"))
                seen.TrySetResult();
        });

        await _service.RecordedCallAsync(job);
        var read = await ReadAsync();
        Assert.That(read.Samples("saasllm_upstream_stream_faults_total", Provider(model)).Single(), Has.Property("Value").EqualTo(1).And.Property("Set").Contains("code=upstream_stream_cut"));
        Assert.That(read.Sum("saasllm_calls_total", Provider(model), ("outcome", "failed")), Is.EqualTo(1));
    }

    [Test]
    public async Task Deployment_ThatAsksForAPause_IsCountedAsLeftAlone()
    {
        await using var busy = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "900"));
        var model = await _service.CreateModelAsync(busy);
        var team = await _service.CreateTeamAsync(100, null, "busy", model);
        var job = await team.CreateJobAsync();

        for (var call = 0; call < 2; call++)
            Assert.That(Assert.ThrowsAsync<ApiException>(() => team.CallAsync(job))!.StatusCode, Is.GreaterThanOrEqualTo(500));

        var read = await ReadAsync();
        Assert.That(read.Samples("saasllm_upstream_cooldowns_total", Provider(model)).Single(), Has.Property("Value").EqualTo(1).And.Property("Set").Contains("reason=asked"));
        Assert.That(read.Sum("saasllm_upstream_requests_total", Provider(model), ("outcome", "busy")), Is.EqualTo(1), "it was asked once");
    }

    [Test]
    public async Task Webhooks_ThatTakeAnEventOrDoNot_AreCounted()
    {
        await using var good = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        await using var broken = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        var team = await _service.CreateTeamAsync();
        var before = await ReadAsync();
        foreach (var receiver in new[] { good, broken })
            await _service.Api.CreateOrganizationWebhookAsync(team.OrganizationId, new CreateWebhook { Url = receiver.ApiBase.AbsoluteUri, Events = ["team.*"] });

        await _service.Api.PauseTeamAsync(team.TeamId);

        // The second attempt at the broken one comes after seconds; its event waits meanwhile.
        await Eventually.IsTrueAsync(async () =>
        {
            var read = await ReadAsync();
            return read.Sum(Attempts, ("outcome", "delivered")) - before.Sum(Attempts, ("outcome", "delivered")) == 1
                && read.Sum(Attempts, ("outcome", "failed")) - before.Sum(Attempts, ("outcome", "failed")) >= 1
                && read.Sum("saasllm_webhooks_backlog") == 1;
        });
        Assert.That(good.Received, Has.Count.EqualTo(1));
    }

    /// <summary>Sets the limits; gives a client that they hold for.</summary>
    private async Task<SaasLlmClient> LimitAsync(TestTeam team, string scope, int? requests, int? tokens, int? burst)
    {
        if (scope == "key")
        {
            var key = await _service.Api.CreateTeamKeyAsync(team.TeamId, new CreateTeamKey { Name = "limited", RpmLimit = requests, TpmLimit = tokens, BurstLimit = burst });
            return new SaasLlmClient(_service.Client(key.VirtualKey));
        }

        if (scope == "organization")
            await _service.Api.UpdateOrganizationAsync(team.OrganizationId, new UpdateOrganization { RpmLimit = requests, TpmLimit = tokens, BurstLimit = burst });
        else
            await _service.Api.UpdateTeamAsync(team.TeamId, new UpdateTeam { RpmLimit = requests, TpmLimit = tokens, BurstLimit = burst });
        return team.Api;
    }

    private static (string Name, string Value) Provider(string provider) => ("gen_ai_provider_name", provider);

    private Task<Exposition> ReadAsync() => Exposition.ReadAsync(_service);
}
