using System.Net;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>A job's way from creation to completion, as a team sees it.</summary>
internal sealed class JobTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Job_WithThreeCalls_IsChargedOnceAndAddsUp()
    {
        var team = await _service.CreateTeamAsync(credits: 100, models: ["gpt-3.5-turbo", "gpt-4o-mini"]);
        var job = await team.CreateJobAsync(new { user_id = "ada@example.org", metadata = new { document = "doc_1" }, external_task_id = "task-7" });
        var said = new List<JsonElement>();
        foreach (var prompt in new[] { "one", "two", "three" })
            said.Add(await (await team.CallAsync(job, prompt)).JsonAsync());

        var completion = await (await team.CompleteAsync(job)).JsonAsync();

        var costs = completion.GetProperty("costs");
        Assert.That(costs.GetProperty("total_calls").GetInt32(), Is.EqualTo(3));
        Assert.That(costs.GetProperty("successful_calls").GetInt32(), Is.EqualTo(3));
        Assert.That(costs.GetProperty("failed_calls").GetInt32(), Is.Zero);
        Assert.That(costs.GetProperty("total_tokens").GetInt32(), Is.EqualTo(said.Sum(call => call.GetProperty("metadata").GetProperty("tokens_used").GetInt32())));
        Assert.That(costs.GetProperty("total_cost_usd").GetDecimal(), Is.GreaterThan(0));
        Assert.That(costs.GetProperty("credit_applied").GetBoolean(), Is.True);
        Assert.That(costs.GetProperty("credits_remaining").GetRawText(), Is.EqualTo("99"));
        Assert.That(completion.GetProperty("calls").EnumerateArray().Select(call => call.GetProperty("call_id").GetString()),
            Is.EqualTo(said.Select(call => call.GetProperty("call_id").GetString())));

        var shown = await team.Client.GetOkAsync($"/api/jobs/{job}");
        Assert.That(shown.GetProperty("status").GetString(), Is.EqualTo("completed"));
        Assert.That(shown.GetProperty("external_task_id").GetString(), Is.EqualTo("task-7"));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CallLlm_WhenAnswered_NeverNamesModelOrProvider()
    {
        var team = await _service.CreateTeamAsync(models: ["gpt-3.5-turbo"]);
        var job = await team.CreateJobAsync();

        var call = await (await team.CallAsync(job)).Content.ReadAsStringAsync();
        var completion = await (await team.CompleteAsync(job)).Content.ReadAsStringAsync();
        var usage = await team.Client.GetStringAsync($"/api/teams/{team.TeamId}/usage");

        foreach (var text in new[] { call, completion, usage })
            Assert.That(text, Does.Not.Contain("gpt-3.5").And.Not.Contain("openai"));
        using var answer = JsonDocument.Parse(call);
        Assert.That(answer.RootElement.GetProperty("metadata").GetProperty("model_group").GetString(), Is.EqualTo("ChatFast"));
        Assert.That(answer.RootElement.GetProperty("response").GetProperty("role").GetString(), Is.EqualTo("assistant"));
        Assert.That(answer.RootElement.GetProperty("response").GetProperty("finish_reason").GetString(), Is.EqualTo("stop"));
    }

    [Test]
    public async Task CompleteJob_WithAFailedCall_TakesNoCredit()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();
        var failed = await team.CallAsync(job, "[[sandbox:error 500]]");
        await team.CallAsync(job);

        var completion = await (await team.CompleteAsync(job)).JsonAsync();

        Assert.That(failed.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        var costs = completion.GetProperty("costs");
        Assert.That(costs.GetProperty("failed_calls").GetInt32(), Is.EqualTo(1));
        Assert.That(costs.GetProperty("credit_applied").GetBoolean(), Is.False);
        Assert.That(costs.GetProperty("credits_remaining").GetDecimal(), Is.EqualTo(100));
        Assert.That((await team.BalanceAsync()).GetProperty("credits_reserved").GetDecimal(), Is.Zero);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CallLlm_WhenAFallbackServes_IsNoFailedCall()
    {
        var team = await _service.CreateTeamAsync(modelGroup: "WithFallback", models: ["gpt-4", "gpt-4-turbo"]);
        var job = await team.CreateJobAsync();

        var answer = await team.CallAsync(job, "[[sandbox:error 500 model=gpt-4]]");
        var completion = await (await team.CompleteAsync(job)).JsonAsync();

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(completion.GetProperty("costs").GetProperty("failed_calls").GetInt32(), Is.Zero);
        var breakdown = (await _service.Operator.GetOkAsync($"/api/jobs/{job}/costs")).GetProperty("costs").GetProperty("breakdown")[0];
        Assert.That(breakdown.GetProperty("model").GetString(), Is.EqualTo("gpt-4-turbo"));
        Assert.That(breakdown.GetProperty("attempts").GetInt32(), Is.GreaterThan(1));
    }

    [TestCase("failed")]
    [TestCase("cancelled")]
    public async Task Job_WhenItEndsOtherwise_CostsNothing(string end)
    {
        var team = await _service.CreateTeamAsync(credits: 5);
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);

        var ended = end == "failed" ? await team.CompleteAsync(job, "failed") : await team.Client.PostAsync($"/api/jobs/{job}/cancel", null);

        Assert.That(ended.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await team.Client.GetOkAsync($"/api/jobs/{job}")).GetProperty("status").GetString(), Is.EqualTo(end));
        var balance = await team.BalanceAsync();
        Assert.That(balance.GetProperty("credits_available").GetDecimal(), Is.EqualTo(5));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CappedJob_WhenACallWouldPassItsCap_IsRefused()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync(new { max_calls = 2 });
        var cheap = await team.CreateJobAsync(new { max_cost_usd = 0.0000001 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => team.CallAsync(job)));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(2));
        var refused = await answers.First(answer => answer.StatusCode != HttpStatusCode.OK).JsonAsync();
        Assert.That(refused.GetProperty("code").GetString(), Is.EqualTo("job_budget_exceeded"));
        Assert.That((await team.CallAsync(cheap)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task CreateAndCall_InOneRoundTrip_CompletesTheJob()
    {
        var team = await _service.CreateTeamAsync(credits: 3);

        var answer = await team.Client.PostOkAsync("/api/jobs/create-and-call", new
        {
            team_id = team.TeamId,
            job_type = "one_shot",
            messages = new[] { new { role = "user", content = "hello" } },
        });

        Assert.That(answer.GetProperty("status").GetString(), Is.EqualTo("completed"));
        Assert.That(answer.GetProperty("costs").GetProperty("credits_remaining").GetDecimal(), Is.EqualTo(2));
        Assert.That(answer.GetProperty("response").GetProperty("content").GetString(), Is.Not.Empty);
        var job = await team.Client.GetOkAsync($"/api/jobs/{answer.GetProperty("job_id").GetString()}");
        Assert.That(job.GetProperty("status").GetString(), Is.EqualTo("completed"));
        Assert.That(job.GetProperty("job_type").GetString(), Is.EqualTo("one_shot"));
    }

    [Test]
    public async Task CreateAndCall_WhenTheCallFails_FailsTheJobAndCostsNothing()
    {
        var team = await _service.CreateTeamAsync(credits: 3);

        var answer = await team.Client.PostRawAsync("/api/jobs/create-and-call",
            $$"""{"team_id":"{{team.TeamId}}","job_type":"one_shot","messages":[{"role":"user","content":"[[sandbox:error 500]]"}]}""");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        var jobs = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/jobs?status=failed");
        Assert.That(jobs.GetProperty("jobs").GetArrayLength(), Is.EqualTo(1));
        Assert.That((await team.BalanceAsync()).GetProperty("credits_available").GetDecimal(), Is.EqualTo(3));
    }

    [Test]
    public async Task CreateJob_WhenItsIdempotencyKeyIsUsedAgain_RepeatsTheAnswerOrRefusesAnotherRequest()
    {
        var team = await _service.CreateTeamAsync();
        async Task<HttpResponseMessage> CreateAsync(string type)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs/create")
            {
                Content = new StringContent($$"""{"job_type":"{{type}}","team_id":"{{team.TeamId}}"}""", null, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", "order-1");
            return await team.Client.SendAsync(request);
        }

        var first = await (await CreateAsync("a")).Content.ReadAsStringAsync();
        var again = await (await CreateAsync("a")).Content.ReadAsStringAsync();
        using var other = await CreateAsync("b");

        Assert.That(again, Is.EqualTo(first));
        Assert.That((int)other.StatusCode, Is.EqualTo(422));
        Assert.That((await team.BalanceAsync()).GetProperty("credits_reserved").GetDecimal(), Is.EqualTo(1));
    }

    [Test]
    public async Task ListJobs_WhenPagedAndFiltered_GivesTheNewestFirst()
    {
        var team = await _service.CreateTeamAsync();
        var made = new List<string>();
        for (var index = 0; index < 5; index++)
            made.Add(await team.CreateJobAsync(new { job_type = index % 2 == 0 ? "even" : "odd", user_id = "u" + index }));

        var first = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/jobs?limit=3");
        var second = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/jobs?limit=3&cursor={first.GetProperty("next_cursor").GetString()}");
        var odd = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/jobs?job_type=odd");
        var user = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/jobs?user_id=u3");

        Assert.That(Ids(first).Concat(Ids(second)), Is.EqualTo(Enumerable.Reverse(made)));
        Assert.That(second.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Ids(odd), Is.EqualTo(new[] { made[3], made[1] }));
        Assert.That(Ids(user), Is.EqualTo(new[] { made[3] }));
    }

    [Test]
    public async Task Usage_AfterSomeJobs_AddsUpInBothShapes()
    {
        var team = await _service.CreateTeamAsync();
        foreach (var (type, end) in new[] { ("analysis", "completed"), ("analysis", "failed"), ("chat", "completed") })
        {
            var job = await team.CreateJobAsync(new { job_type = type });
            await team.CallAsync(job);
            await team.CompleteAsync(job, end);
        }

        var usage = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/usage");

        var summary = usage.GetProperty("summary");
        Assert.That(summary.GetProperty("total_jobs").GetInt32(), Is.EqualTo(3));
        Assert.That(summary.GetProperty("successful_jobs").GetInt32(), Is.EqualTo(2));
        Assert.That(summary.GetProperty("failed_jobs").GetInt32(), Is.EqualTo(1));
        Assert.That(summary.GetProperty("credits_used").GetDecimal(), Is.EqualTo(2));
        Assert.That(usage.GetProperty("job_types").GetProperty("analysis").GetProperty("count").GetInt32(), Is.EqualTo(2));
        Assert.That(usage.GetProperty("by_job_type").GetProperty("chat").GetInt32(), Is.EqualTo(1));
        Assert.That(usage.GetProperty("by_day").GetArrayLength(), Is.EqualTo(1));
        Assert.That(usage.GetProperty("by_model_group").GetProperty("ChatFast").GetProperty("calls").GetInt32(), Is.EqualTo(3));
        var organization = await _service.Operator.GetOkAsync($"/api/organizations/{team.OrganizationId}/usage");
        Assert.That(organization.GetProperty("summary").GetRawText(), Is.EqualTo(summary.GetRawText()));
    }

    [Test]
    public async Task Transactions_OfAJobsLife_ChainTheirBalances()
    {
        var team = await _service.CreateTeamAsync(credits: 2);
        var job = await team.CreateJobAsync();
        await team.CompleteAsync(job);

        var ledger = await team.Client.GetOkAsync($"/api/credits/transactions?team_id={team.TeamId}");

        var entries = ledger.GetProperty("transactions").EnumerateArray()
            .Select(entry => (entry.GetProperty("kind").GetString(), entry.GetProperty("amount").GetDecimal(), entry.GetProperty("balance_after").GetDecimal()));
        Assert.That(entries, Is.EqualTo(new[] { ("charge", 1m, 1m), ("reservation", 1m, 1m), ("allocation", 2m, 2m) }));
    }

    private static IEnumerable<string?> Ids(JsonElement page) =>
        page.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("job_id").GetString());
}
