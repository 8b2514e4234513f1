using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Client;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Credits;

/// <summary>Teams whose jobs cost by what they use. Models cost 1 USD a million input tokens and 2 USD a million output tokens.</summary>
internal sealed class BudgetModeTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _service = await ServiceUnderTest.StartAsync(null, "Llm:RetryBaseDelayMs=1", "Llm:Retries=0", "Metering:SweepIntervalSeconds=1");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    // Two calls of 100,000 + 50,000 tokens cost 0.2 USD each.
    [TestCase("job_based", 1)]
    [TestCase("unlimited", 1)]
    [TestCase("consumption_usd", 4)]
    [TestCase("consumption_tokens", 30)]
    public async Task Complete_InEachMode_ChargesWhatTheJobCosts(string mode, decimal expected)
    {
        await using var upstream = await FakeUpstream.StartAsync(Used(100_000, 50_000));
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.BudgetMode = mode);
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);
        await team.CallAsync(job);

        var completed = await team.CompleteAsync(job);

        var costs = completed.Costs;
        Assert.That(costs.TotalCostUsd, Is.EqualTo(0.4m));
        Assert.That(costs.CreditsCharged, Is.EqualTo(expected));
        Assert.That(costs.CreditsRemaining, Is.EqualTo(100 - expected));
        var balance = await team.BalanceAsync();
        Assert.That(Figures(balance), Is.EqualTo((expected, 0m, 100 - expected)));
        Assert.That(balance.BudgetMode, Is.EqualTo(mode));
        await _service.VerifyLedgerAsync();
    }

    [TestCase("failed", true)]
    [TestCase("completed", false)]
    public async Task Complete_OfAJobThatFailed_ChargesNothing(string status, bool goodCalls)
    {
        await using var upstream = await FakeUpstream.StartAsync(goodCalls ? Used(100_000, 50_000) : UpstreamScript.Error(500));
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.BudgetMode = "consumption_usd");
        var job = await team.CreateJobAsync();
        (await team.PostCallAsync(job)).Dispose();

        var ended = await team.CompleteAsync(job, status);

        Assert.That(ended.Costs.CreditApplied, Is.False);
        Assert.That(Figures(await team.BalanceAsync()), Is.EqualTo((0m, 0m, 100m)));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Calls_When60RaceForAWalletThatPaysFor20_NeverOvershoot()
    {
        // Each holds and costs 8 × 1 + 996 × 2 = 2,000 millionths of a dollar, which at 1,000 credits a dollar is 2 credits.
        await using var upstream = await FakeUpstream.StartAsync(Used(8, 996).After(TimeSpan.FromMilliseconds(200)));
        var team = await _service.CreateTeamAtAsync(upstream, credits: 40, terms => (terms.BudgetMode, terms.CreditsPerDollar) = ("consumption_usd", 1000));
        var jobs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => team.CreateJobAsync()));

        // A job without a call would keep the credit that it holds from its creation, so each makes one before the others race.
        var first = await Task.WhenAll(jobs.Select(job => CallAsync(team, job, 996)));
        var others = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => CallAsync(team, jobs[number % jobs.Length], 996)));
        var answers = first.Concat(others).ToList();
        foreach (var job in jobs)
            await team.CompleteAsync(job);

        var good = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.That(answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).Select(answer => answer.StatusCode), Is.All.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(good, Is.EqualTo(20), "every credit serves");
        Assert.That(upstream.Received, Has.Count.EqualTo(20), "none of the others was sent");
        Assert.That(Figures(await team.BalanceAsync()), Is.EqualTo((40m, 0m, 0m)));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Call_ThatUsesMoreThanTheWalletHas_LeavesTheRestToTheOperator()
    {
        await using var upstream = await FakeUpstream.StartAsync(Used(100_000, 50_000));
        var team = await _service.CreateTeamAtAsync(upstream, credits: 3, terms => (terms.BudgetMode, terms.CreditsPerDollar) = ("consumption_usd", 100));
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);

        using var refused = await team.PostCallAsync(job);
        var completed = await team.CompleteAsync(job);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await refused.JsonAsync()).GetProperty("detail").GetString(), Does.StartWith("Insufficient credits"));
        Assert.That(completed.Costs.CreditsCharged, Is.EqualTo(3));
        Assert.That(await _service.ScalarAsync($"select credits_written_off from jobs where job_id = '{job}'"), Is.EqualTo(17m));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Stream_ThatOutgrowsTheWallet_IsEndedInGoodOrder()
    {
        // 4,000 bytes are 1,000 tokens or 0.002 USD, which at 1,000 credits a dollar is 2 credits a chunk; the wallet has 6.
        var chunk = UpstreamScript.Text(new string('x', 4000));
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Stream(StreamEnd.Hang, null, [.. Enumerable.Repeat(chunk, 10)]));
        var team = await _service.CreateTeamAtAsync(upstream, credits: 6, terms => (terms.BudgetMode, terms.CreditsPerDollar) = ("consumption_usd", 1000));
        var job = await team.CreateJobAsync();

        using var answer = await team.Client.PostAsJsonAsync($"/api/jobs/{job}/llm-call-stream", Prompts.User("go on"));
        var text = await answer.Content.ReadAsStringAsync();
        var completed = await team.CompleteAsync(job);

        Assert.That(text, Does.Contain("\"finish_reason\":\"length\"").And.Contain(": ended early, because the credits are used up").And.EndsWith("data: [DONE]\n\n"));
        var charged = completed.Costs.CreditsCharged;
        Assert.That(charged, Is.InRange(2, 6));
        Assert.That(await _service.ScalarAsync($"select credits_written_off from jobs where job_id = '{job}'"), Is.Zero, "nothing was handed out that is not paid for");
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task MaxCost_WhenManyCallsRace_CountsThoseThatRun()
    {
        // Each is estimated at 8 × 1 + 996 × 2 = 0.002 USD: five fit.
        await using var upstream = await FakeUpstream.StartAsync(Used(8, 996).After(TimeSpan.FromMilliseconds(200)));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync(its => its.MaxCostUsd = 0.01m);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => CallAsync(team, job, 996)));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(5));
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.Forbidden);
        Assert.That((await refused.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("job_budget_exceeded"));
        Assert.That(upstream.Received, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task Mode_WhenChangedWhileAJobRuns_CountsForTheNextJob()
    {
        await using var upstream = await FakeUpstream.StartAsync(Used(100_000, 50_000));
        var team = await _service.CreateTeamAtAsync(upstream);
        var running = await team.CreateJobAsync();
        await team.CallAsync(running);

        var changed = await PatchAsync(team, "budget-mode", new { budget_mode = "consumption_tokens" });
        var rates = await PatchAsync(team, "conversion-rates", new { tokens_per_credit = 5000 });
        var next = await team.CreateJobAsync();
        await team.CallAsync(next);

        Assert.That(changed.GetProperty("budget_mode").GetString(), Is.EqualTo("consumption_tokens"));
        Assert.That((rates.GetProperty("tokens_per_credit").GetInt32(), rates.GetProperty("credits_per_dollar").GetDecimal()), Is.EqualTo((5000, 10m)));
        Assert.That(await ChargedAsync(team, running), Is.EqualTo(1));
        Assert.That(await ChargedAsync(team, next), Is.EqualTo(30), "150,000 tokens at 5,000 a credit");
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Unlimited_WhenTheTeamOwes_IsLeftOnlyAfterItHasPaid()
    {
        var team = await _service.CreateTeamAsync(credits: 0, terms => terms.BudgetMode = "unlimited");
        await team.CreateJobAsync();

        using var refused = await team.Service.Operator.PatchAsJsonAsync($"/api/credits/teams/{team.TeamId}/budget-mode", new { budget_mode = "job_based" });
        await team.Service.Operator.PostOkAsync($"/api/credits/teams/{team.TeamId}/add", new { credits = 1 });
        var changed = await PatchAsync(team, "budget-mode", new { budget_mode = "job_based" });

        Assert.That((await refused.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("wallet_overdrawn"));
        Assert.That(changed.GetProperty("budget_mode").GetString(), Is.EqualTo("job_based"));
    }

    [Test]
    public async Task Grace_OfAGoodCustomer_GoesSoFarAndNoFurther()
    {
        var team = await _service.CreateTeamAsync(credits: 2);
        await PatchAsync(team, "grace", new { grace_credits = 3 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            team.Client.PostAsJsonAsync("/api/jobs/create", new { team_id = team.TeamId, job_type = "race" })));
        using var refused = await team.Service.Operator.PatchAsJsonAsync($"/api/credits/teams/{team.TeamId}/grace", new { grace_credits = 2 });

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(5));
        Assert.That((await team.BalanceAsync()).CreditsAvailable, Is.Zero);
        Assert.That((await refused.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("wallet_overdrawn"));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Refund_When20Race_GivesTheChargeBackOnce()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();
        await team.CompleteAsync(job);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RefundAsync(team, job)));

        var refund = await answers.Single(answer => answer.StatusCode == HttpStatusCode.OK).JsonAsync();
        Assert.That((refund.GetProperty("credits_refunded").GetDecimal(), refund.GetProperty("credits_remaining").GetDecimal()), Is.EqualTo((1m, 100m)));
        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict), Is.EqualTo(19));
        Assert.That(Figures(await team.BalanceAsync()), Is.EqualTo((0m, 0m, 100m)));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Refund_OfAJobThatWasNotCharged_OrIsAnotherTeams_IsRefused()
    {
        var team = await _service.CreateTeamAsync();
        var stranger = await _service.CreateTeamAsync();
        var failed = await team.CreateJobAsync();
        await team.CompleteAsync(failed, "failed");

        using var nothing = await RefundAsync(team, failed);
        using var others = await RefundAsync(stranger, failed);
        using var none = await _service.Operator.PostAsJsonAsync($"/api/credits/teams/{team.TeamId}/refund", new { reason = "x" });

        Assert.That((nothing.StatusCode, others.StatusCode, none.StatusCode), Is.EqualTo((HttpStatusCode.Conflict, HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity)));
    }

    [Test]
    public async Task Call_WhoseProcessDied_GoesOnRecordWithItsEstimate()
    {
        // The upstream never answers, so its row stays as that of a killed process would.
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.BudgetMode = "consumption_usd");
        var job = await team.CreateJobAsync();
        using var leave = new CancellationTokenSource();
        var call = team.Client.PostAsJsonAsync($"/api/jobs/{job}/llm-call", Prompts.User("hello"), leave.Token);
        await upstream.ArrivalAsync();

        await _service.ScalarAsync($"update call_holds set expires_at = now() where job_id = '{job}' returning 1");
        await Eventually.IsTrueAsync(async () => (await _service.CostsAsync(job)).FailedCalls == 1);

        var lost = (await _service.CostsAsync(job)).Breakdown[0];
        Assert.That((lost.UsageSource, lost.CostUsd), Is.EqualTo(("unknown", 0m)));
        Assert.That(await _service.ScalarAsync($"select estimated_cost_usd > 0 from llm_calls where job_id = '{job}'"), Is.True);
        await leave.CancelAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        await team.CompleteAsync(job);
        Assert.That(Figures(await team.BalanceAsync()), Is.EqualTo((0m, 0m, 100m)));
        await _service.VerifyLedgerAsync();
    }

    [TestCase("budget-mode", """{"budget_mode":"free"}""")]
    [TestCase("budget-mode", "{}")]
    [TestCase("conversion-rates", """{"credits_per_dollar":0}""")]
    [TestCase("conversion-rates", """{"credits_per_dollar":0.0000001}""")]
    [TestCase("conversion-rates", """{"tokens_per_credit":-1}""")]
    [TestCase("grace", """{"grace_credits":-1}""")]
    [TestCase("grace", "{}")]
    public async Task Settings_ThatMakeNoSense_AreRefused(string route, string body)
    {
        var team = await _service.CreateTeamAsync();

        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var refused = await _service.Operator.PatchAsync($"/api/credits/teams/{team.TeamId}/{route}", content);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    private static UpstreamScript Used(int prompt, int completion) => UpstreamScript.Json(
        200,
        $$$"""{"id":"up-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}}}}""");

    /// <summary>A call whose messages are 32 bytes, so 8 tokens.</summary>
    private static Task<HttpResponseMessage> CallAsync(TestTeam team, Guid job, int maxTokens) =>
        team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", $$$"""{"messages":[{"role":"user","content":"hi"}],"max_tokens":{{{maxTokens}}}}""");

    private static Task<HttpResponseMessage> RefundAsync(TestTeam team, Guid job) =>
        team.Service.Operator.PostAsJsonAsync($"/api/credits/teams/{team.TeamId}/refund", new { job_id = job, reason = "not as promised" });

    private static async Task<JsonElement> PatchAsync(TestTeam team, string route, object body)
    {
        using var answer = await team.Service.Operator.PatchAsJsonAsync($"/api/credits/teams/{team.TeamId}/{route}", body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static async Task<decimal> ChargedAsync(TestTeam team, Guid job)
    {
        var completed = await team.CompleteAsync(job);
        return completed.Costs.CreditsCharged;
    }

    private static (decimal Used, decimal Reserved, decimal Available) Figures(BalanceResponse balance) => (
        balance.CreditsUsed,
        balance.CreditsReserved,
        balance.CreditsAvailable);
}
