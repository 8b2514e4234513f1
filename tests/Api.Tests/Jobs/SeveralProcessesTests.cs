using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>Services as processes of their own on one database: two at once, and one that is killed.</summary>
internal sealed class SeveralProcessesTests
{
    private string _database = null!;
    private ServiceUnderTest _here = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _here = await ServiceUnderTest.StartAsync(_database);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _here.DisposeAsync();

    [Test]
    public async Task TwoNodes_WhenTheyRaceOnOneTeam_NeverOvershoot()
    {
        await using var there = await ServiceProcess.StartAsync(_database);
        var team = await _here.CreateTeamAsync(credits: 30);
        using var thereClient = there.Client(KeyOf(team));

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(index =>
            (index % 2 == 0 ? team.Client : thereClient).PostRawAsync("/api/jobs/create", $$"""{"team_id":"{{team.TeamId}}","job_type":"race"}""")));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(30));
        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.Forbidden), Is.EqualTo(90));

        // Both nodes complete the same jobs at once: every one is charged once.
        var jobs = await Task.WhenAll(answers.Where(answer => answer.IsSuccessStatusCode).Select(async answer => (await answer.JsonAsync()).GetProperty("job_id").GetString()));
        var completions = await Task.WhenAll(jobs.SelectMany(job => new[] { team.Client, thereClient }.Select(client =>
            client.PostRawAsync($"/api/jobs/{job}/complete", """{"status":"completed"}"""))));
        Assert.That(completions.Select(completion => completion.StatusCode), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That((await team.BalanceAsync()).CreditsUsed, Is.EqualTo(30));
        await _here.VerifyLedgerAsync();
    }

    [Test]
    public async Task SuspendTeam_OnOneNode_HoldsOnTheOtherWithinASecond()
    {
        await using var there = await ServiceProcess.StartAsync(_database);
        var team = await _here.CreateTeamAsync();
        using var thereClient = there.Client(KeyOf(team));
        await thereClient.GetOkAsync($"/api/teams/{team.TeamId}");

        await _here.Operator.PostAsync($"/api/teams/{team.TeamId}/suspend", null);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await thereClient.GetAsync($"/api/teams/{team.TeamId}", deadline.Token)).StatusCode != HttpStatusCode.Forbidden)
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    [Test]
    public async Task KilledNode_WhenItDiesUnderLoad_LosesNothingThatItAnswered()
    {
        await using var doomed = await ServiceProcess.StartAsync(_database);
        var team = await _here.CreateTeamAsync(credits: 100_000);
        using var client = doomed.Client(KeyOf(team));
        var answeredCalls = new ConcurrentBag<Guid>();
        var answeredJobs = new ConcurrentBag<Guid>();
        using var enough = new SemaphoreSlim(0);

        var load = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var job = (await client.PostOkAsync("/api/jobs/create", new { team_id = team.TeamId, job_type = "crash" })).GetProperty("job_id").GetGuid();
                    var call = await client.PostOkAsync($"/api/jobs/{job}/llm-call", Prompts.User("hello"));
                    answeredCalls.Add(call.GetProperty("call_id").GetGuid());
                    await client.PostOkAsync($"/api/jobs/{job}/complete", new { status = "completed" });
                    answeredJobs.Add(job);
                    enough.Release();
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or IOException or JsonException)
            {
                // The node is dead.
            }
        })).ToArray();
        for (var finished = 0; finished < 300; finished++)
            Assert.That(await enough.WaitAsync(FakeUpstream.Patience), "a job was finished");
        await doomed.KillAsync();
        await Task.WhenAll(load);

        await using var restarted = await ServiceProcess.StartAsync(_database);
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        Assert.That(await CountAsync(connection, "select count(*) from llm_calls where call_id = any($1)", answeredCalls), Is.EqualTo(answeredCalls.Count));
        Assert.That(
            await CountAsync(connection, "select count(*) from jobs where job_id = any($1) and status = 'completed' and credits_charged = 1", answeredJobs),
            Is.EqualTo(answeredJobs.Count));
        Assert.That(answeredJobs, Has.Count.GreaterThanOrEqualTo(300));
        await _here.VerifyLedgerAsync();
    }

    [Test]
    public async Task StoppedNode_WhenACallRuns_FinishesItAndEndsCleanly()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        await using var stopping = await ServiceProcess.StartAsync(_database);
        var team = await _here.CreateTeamAtAsync(upstream);
        using var client = stopping.Client(KeyOf(team));
        var job = await team.CreateJobAsync();

        var running = client.PostOkAsync($"/api/jobs/{job}/llm-call", Prompts.User("hello"));
        await upstream.ArrivalAsync();
        var exit = stopping.TerminateAsync();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await stopping.IsListeningAsync())
            await poll.WaitForNextTickAsync();
        release.SetResult();

        var answer = await running;
        Assert.That(await exit, Is.Zero);
        var costs = await _here.Operator.GetOkAsync($"/api/jobs/{job}/costs");
        Assert.That(costs.GetProperty("costs").GetProperty("breakdown")[0].GetProperty("call_id").GetString(), Is.EqualTo(answer.GetProperty("call_id").GetString()));
    }

    private static string KeyOf(TestTeam team) => team.Client.DefaultRequestHeaders.Authorization!.Parameter!;

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql, IEnumerable<Guid> ids)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter { Value = ids.ToArray() } } };
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
