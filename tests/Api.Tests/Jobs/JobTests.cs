using System.Net;
using System.Text.Json;
using SaasLlm.Client;
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
        var job = await team.CreateJobAsync(its => (its.UserId, its.Metadata, its.ExternalTaskId) = ("ada@example.org", new { document = "doc_1" }, "task-7"));
        var said = new List<LlmCallAnswer>();
        foreach (var prompt in new[] { "one", "two", "three" })
            said.Add(await team.CallAsync(job, prompt));

        var completion = await team.CompleteAsync(job);

        var costs = completion.Costs;
        Assert.That(costs.TotalCalls, Is.EqualTo(3));
        Assert.That(costs.SuccessfulCalls, Is.EqualTo(3));
        Assert.That(costs.FailedCalls, Is.Zero);
        Assert.That(costs.TotalTokens, Is.EqualTo(said.Sum(call => call.Metadata.TokensUsed)));
        Assert.That(costs.TotalCostUsd, Is.GreaterThan(0));
        Assert.That(costs.CreditApplied, Is.True);
        Assert.That(costs.CreditsRemaining, Is.EqualTo(99));
        Assert.That(completion.Calls.Select(call => call.CallId), Is.EqualTo(said.Select(call => call.CallId)));

        var shown = await team.Api.GetJobAsync(job);
        Assert.That(shown.Status, Is.EqualTo("completed"));
        Assert.That(shown.ExternalTaskId, Is.EqualTo("task-7"));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CallLlm_WhenAnswered_NeverNamesModelOrProvider()
    {
        var team = await _service.CreateTeamAsync(models: ["gpt-3.5-turbo"]);
        var job = await team.CreateJobAsync();

        var call = await (await team.PostCallAsync(job)).Content.ReadAsStringAsync();
        var completion = await (await team.PostCompleteAsync(job)).Content.ReadAsStringAsync();
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
        var failed = Assert.ThrowsAsync<ApiException>(() => team.CallAsync(job, "[[sandbox:error 500]]"))!;
        await team.CallAsync(job);

        var completion = await team.CompleteAsync(job);

        Assert.That(failed.StatusCode, Is.EqualTo(502));
        var costs = completion.Costs;
        Assert.That(costs.FailedCalls, Is.EqualTo(1));
        Assert.That(costs.CreditApplied, Is.False);
        Assert.That(costs.CreditsRemaining, Is.EqualTo(100));
        Assert.That((await team.BalanceAsync()).CreditsReserved, Is.Zero);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CallLlm_WhenAFallbackServes_IsNoFailedCall()
    {
        var team = await _service.CreateTeamAsync(modelGroup: "WithFallback", models: ["gpt-4", "gpt-4-turbo"]);
        var job = await team.CreateJobAsync();

        await team.CallAsync(job, "[[sandbox:error 500 model=gpt-4]]");
        var completion = await team.CompleteAsync(job);

        Assert.That(completion.Costs.FailedCalls, Is.Zero);
        var breakdown = (await _service.CostsAsync(job)).Breakdown[0];
        Assert.That(breakdown.Model, Is.EqualTo("gpt-4-turbo"));
        Assert.That(breakdown.Attempts, Is.GreaterThan(1));
    }

    [TestCase("failed")]
    [TestCase("cancelled")]
    public async Task Job_WhenItEndsOtherwise_CostsNothing(string end)
    {
        var team = await _service.CreateTeamAsync(credits: 5);
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);

        if (end == "failed")
            await team.CompleteAsync(job, "failed");
        else
            await team.Api.CancelJobAsync(job);

        Assert.That((await team.Api.GetJobAsync(job)).Status, Is.EqualTo(end));
        var balance = await team.BalanceAsync();
        Assert.That(balance.CreditsAvailable, Is.EqualTo(5));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CappedJob_WhenACallWouldPassItsCap_IsRefused()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync(its => its.MaxCalls = 2);
        var cheap = await team.CreateJobAsync(its => its.MaxCostUsd = 0.0000001m);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => team.PostCallAsync(job)));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(2));
        var refused = await answers.First(answer => answer.StatusCode != HttpStatusCode.OK).JsonAsync();
        Assert.That(refused.GetProperty("code").GetString(), Is.EqualTo("job_budget_exceeded"));
        Assert.That((await team.PostCallAsync(cheap)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task CreateAndCall_InOneRoundTrip_CompletesTheJob()
    {
        var team = await _service.CreateTeamAsync(credits: 3);

        var answer = await team.Api.CreateAndCallAsync(new CreateAndCallBody("one_shot", "hello") { TeamId = team.TeamId });

        Assert.That(answer.Status, Is.EqualTo("completed"));
        Assert.That(answer.Costs!.CreditsRemaining, Is.EqualTo(2));
        Assert.That(answer.Response.Content, Is.Not.Empty);
        var job = await team.Api.GetJobAsync(answer.JobId);
        Assert.That(job.Status, Is.EqualTo("completed"));
        Assert.That(job.JobType, Is.EqualTo("one_shot"));
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
        Assert.That((await team.BalanceAsync()).CreditsAvailable, Is.EqualTo(3));
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
        Assert.That((await team.BalanceAsync()).CreditsReserved, Is.EqualTo(1));
    }

    [Test]
    public async Task ListJobs_WhenPagedAndFiltered_GivesTheNewestFirst()
    {
        var team = await _service.CreateTeamAsync();
        var made = new List<Guid>();
        for (var index = 0; index < 5; index++)
            made.Add(await team.CreateJobAsync(its => (its.JobType, its.UserId) = (index % 2 == 0 ? "even" : "odd", "u" + index)));

        var first = await team.Api.GetTeamJobsAsync(team.TeamId, limit: 3);
        var second = await team.Api.GetTeamJobsAsync(team.TeamId, limit: 3, cursor: first.NextCursor);
        var odd = await team.Api.GetTeamJobsAsync(team.TeamId, jobType: "odd");
        var user = await team.Api.GetTeamJobsAsync(team.TeamId, userId: "u3");

        Assert.That(Ids(first).Concat(Ids(second)), Is.EqualTo(Enumerable.Reverse(made)));
        Assert.That(second.NextCursor, Is.Null);
        Assert.That(Ids(odd), Is.EqualTo(new[] { made[3], made[1] }));
        Assert.That(Ids(user), Is.EqualTo(new[] { made[3] }));
    }

    [Test]
    public async Task Usage_AfterSomeJobs_AddsUpInBothShapes()
    {
        var team = await _service.CreateTeamAsync();
        foreach (var (type, end) in new[] { ("analysis", "completed"), ("analysis", "failed"), ("chat", "completed") })
        {
            var job = await team.CreateJobAsync(its => its.JobType = type);
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

        var ledger = await team.Api.GetCreditsTransactionsAsync(team.TeamId);

        var entries = ledger.Data.Select(entry => (entry.Kind, entry.Amount, entry.BalanceAfter));
        Assert.That(entries, Is.EqualTo(new[] { ("charge", 1m, 1m), ("reservation", 1m, 1m), ("allocation", 2m, 2m) }));
    }

    private static IEnumerable<Guid> Ids(JobList page) => page.Data.Select(job => job.JobId);
}
