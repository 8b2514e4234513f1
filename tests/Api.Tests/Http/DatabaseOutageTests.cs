using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Infrastructure.Postgres.Embedded;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Http;

/// <summary>The database goes away under a running service and comes back.</summary>
[NonParallelizable]
internal sealed class DatabaseOutageTests
{
    private string _folder = null!;
    private EmbeddedPostgres _postgres = null!;
    private ServiceUnderTest _service = null!;
    private TestTeam _team = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Path.Combine(Path.GetTempPath(), "saasllm-outage-" + Guid.CreateVersion7().ToString("N")[^12..]);
        _service = await ServiceUnderTest.StartAsync(await StartPostgresAsync());
        _team = await _service.CreateTeamAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task AnyRequest_WhileTheDatabaseIsAway_Answers503AndChangesNothing()
    {
        var job = await _team.CreateJobAsync();
        await _postgres.DisposeAsync();

        var answers = new[]
        {
            await _team.Client.GetAsync($"/api/credits/teams/{_team.TeamId}/balance"),
            await _team.Client.PostRawAsync("/api/jobs/create", $$"""{"team_id":"{{_team.TeamId}}","job_type":"x"}"""),
            await _team.PostCompleteAsync(job),
            await _service.Operator.PostRawAsync($"/api/credits/teams/{_team.TeamId}/add", """{"credits":5}"""),
        };
        foreach (var answer in answers)
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable), await answer.Content.ReadAsStringAsync());
            Assert.That(answer.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        }

        using var anonymous = _service.Client(null);
        Assert.That((await anonymous.GetAsync("/health")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "the process is alive");
        Assert.That((await anonymous.GetAsync("/health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));

        await StartPostgresAsync();
        await ReadyAsync(anonymous);
        var balance = await _team.BalanceAsync();
        Assert.That(balance.CreditsReserved, Is.EqualTo(1));
        Assert.That(balance.CreditsAllocated, Is.EqualTo(100));
        Assert.That((await _team.CompleteAsync(job)).Status, Is.EqualTo("completed"));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task RunningCall_WhenTheDatabaseRestartsBeforeItEnds_IsStillRecorded()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream);
        var job = await team.CreateJobAsync();
        var running = team.PostCallAsync(job);
        await upstream.ArrivalAsync();

        await _postgres.DisposeAsync();
        release.SetResult();
        await StartPostgresAsync();

        var answer = await running;
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        using var anonymous = _service.Client(null);
        await ReadyAsync(anonymous);
        var completion = await team.CompleteAsync(job);
        Assert.That(completion.Costs.TotalCalls, Is.EqualTo(1));
        await _service.VerifyLedgerAsync();
    }

    private async Task<string> StartPostgresAsync()
    {
        _postgres = new EmbeddedPostgres(NullLogger<EmbeddedPostgres>.Instance, TimeProvider.System);
        return await _postgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = _folder,
                ExtraSettings = new Dictionary<string, string>(StringComparer.Ordinal) { ["fsync"] = "off" },
            },
            CancellationToken.None);
    }

    private static async Task ReadyAsync(HttpClient client)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await client.GetAsync("/health/ready", deadline.Token)).StatusCode != HttpStatusCode.OK)
            await poll.WaitForNextTickAsync(deadline.Token);
    }
}
