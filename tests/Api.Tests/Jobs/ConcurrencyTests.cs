using System.Net;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>What races on a busy service: the books must come out right whoever wins.</summary>
internal sealed class ConcurrencyTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Jobs:SweepIntervalSeconds=1");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task CreateJob_When200RaceFor50Credits_Makes50Jobs()
    {
        var team = await _service.CreateTeamAsync(credits: 50);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ =>
            team.Client.PostRawAsync("/api/jobs/create", $$"""{"team_id":"{{team.TeamId}}","job_type":"race"}""")));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(50));
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.That(refused.Select(answer => answer.StatusCode), Is.All.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await refused[0].JsonAsync()).GetProperty("detail").GetString(), Does.Contain("Insufficient credits"));
        var balance = await team.BalanceAsync();
        Assert.That(balance.CreditsReserved, Is.EqualTo(50));
        Assert.That(balance.CreditsAvailable, Is.Zero);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CompleteJob_When50RaceOnOneJob_ChargeOnceAndAnswerAlike()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => team.PostCompleteAsync(job)));

        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
        Assert.That(answers.Select(answer => answer.StatusCode), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(bodies.Distinct().Count(), Is.EqualTo(1));
        Assert.That((await team.BalanceAsync()).CreditsUsed, Is.EqualTo(1));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CompleteJob_WhenRacingCancel_HasOneWinnerAndTheBooksFollowIt()
    {
        var team = await _service.CreateTeamAsync();
        for (var round = 0; round < 20; round++)
        {
            var job = await team.CreateJobAsync();

            var completing = team.PostCompleteAsync(job);
            var cancelling = team.Client.PostAsync($"/api/jobs/{job}/cancel", null);
            await Task.WhenAll(completing, cancelling);

            var statuses = new[] { (await completing).StatusCode, (await cancelling).StatusCode };
            Assert.That(statuses, Is.EquivalentTo(new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
        }

        Assert.That((await team.BalanceAsync()).CreditsReserved, Is.Zero);
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CompleteJob_WhenRacingALateCall_AnswersWhatTheDatabaseSays()
    {
        var team = await _service.CreateTeamAsync();
        for (var round = 0; round < 20; round++)
        {
            var job = await team.CreateJobAsync();
            await team.CallAsync(job);

            var call = team.PostCallAsync(job, "again");
            var completing = team.CompleteAsync(job);
            await Task.WhenAll(call, completing);

            var said = (await completing).Costs;
            var costs = await _service.CostsAsync(job);
            Assert.That(costs.TotalCalls, Is.EqualTo(said.TotalCalls));
            Assert.That(costs.TotalCostUsd, Is.EqualTo(said.TotalCostUsd));
            Assert.That(costs.Breakdown, Has.Count.EqualTo((await call).StatusCode == HttpStatusCode.OK ? 2 : 1));
        }

        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task ExpireJobs_WhenTimeIsOver_FailsTheJobAndReleasesItsCredit()
    {
        var team = await _service.CreateTeamAsync();
        var jobs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => team.CreateJobAsync(its => its.TtlSeconds = 1)));

        // The sweep and these completions race: each job has one end, and the books follow it.
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var half = jobs.Take(10).ToList();
        while ((await team.BalanceAsync()).CreditsReserved > 0)
        {
            await poll.WaitForNextTickAsync(deadline.Token);
            if (half.Count > 0)
            {
                await team.PostCompleteAsync(half[0]);
                half.RemoveAt(0);
            }
        }

        var last = await team.Api.GetJobAsync(jobs[^1]);
        Assert.That(last.Status, Is.EqualTo("failed"));
        Assert.That(last.ErrorMessage, Is.EqualTo("expired"));
        Assert.That((await team.PostCompleteAsync(jobs[^1])).StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task CreateJob_WhenOneIdempotencyKeyRaces_MakesOneJob()
    {
        var team = await _service.CreateTeamAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs/create")
            {
                Content = new StringContent($$"""{"team_id":"{{team.TeamId}}","job_type":"once"}""", null, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", "the-one");
            return team.Client.SendAsync(request);
        }));

        var jobs = await Task.WhenAll(answers.Select(async answer => (await answer.JsonAsync()).GetProperty("job_id").GetString()));
        Assert.That(jobs.Distinct().Count(), Is.EqualTo(1));
        Assert.That((await team.BalanceAsync()).CreditsReserved, Is.EqualTo(1));
    }

    [Test]
    public async Task AddCredits_WhenOneIdempotencyKeyRaces_AddsOnce()
    {
        var team = await _service.CreateTeamAsync(credits: 10);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"/api/credits/teams/{team.TeamId}/add")
            {
                Content = new StringContent("""{"credits":5}""", null, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", "top-up");
            return _service.Operator.SendAsync(request);
        }));

        var ids = await Task.WhenAll(answers.Select(async answer => (await answer.JsonAsync()).GetProperty("transaction_id").GetString()));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That((await team.BalanceAsync()).CreditsAllocated, Is.EqualTo(15));
    }
}
