using System.Text;
using SaasLlm.Testing;

namespace SaasLlm.Client.Tests;

/// <summary>A job as an application uses it, against the real service.</summary>
internal sealed class JobTests
{
    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;
    private TestTeam _team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _team = await _service.CreateTeamAtAsync(_upstream, credits: 5);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.VerifyLedgerAsync();
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Job_CalledStreamedAndCompleted_CostsOneCredit()
    {
        var before = (await _team.BalanceAsync()).CreditsAvailable;
        var text = new StringBuilder();

        await using var job = await _team.Api.OpenJobAsync(_team.TeamId, "resume_analysis");
        _upstream.Answer(UpstreamScript.Good(), UpstreamScript.Stream(UpstreamScript.Text("C#, "), UpstreamScript.Text("SQL"), UpstreamScript.Finish(), UpstreamScript.Done));
        var summary = await job.CallAsync("Summarize: …");
        await foreach (var piece in job.StreamTextAsync("List the skills: …"))
            text.Append(piece);
        var completion = await job.CompleteAsync(new { reviewed = true });

        Assert.That(summary.Response.Content, Is.EqualTo("hello"));
        Assert.That(text.ToString(), Is.EqualTo("C#, SQL"));
        Assert.That((completion.JobId, completion.Status, completion.Costs.CreditsCharged), Is.EqualTo((job.Id, "completed", 1m)));
        Assert.That((await _team.Api.GetJobAsync(job.Id)).Metadata.GetProperty("reviewed").GetBoolean(), Is.True);
        Assert.That((await _team.BalanceAsync()).CreditsAvailable, Is.EqualTo(before - 1));
    }

    [Test]
    public async Task Job_LeftByAnException_HasFailedAndCostsNothing()
    {
        var before = (await _team.BalanceAsync()).CreditsAvailable;
        _upstream.Answer(UpstreamScript.Error(400));
        var id = Guid.Empty;

        var refusal = Assert.ThrowsAsync<ApiException>(async () =>
        {
            await using var job = await _team.Api.OpenJobAsync(_team.TeamId, "test");
            id = job.Id;
            await job.CallAsync("hello");
        })!;

        Assert.That(refusal.Code, Does.StartWith("upstream_"), "what went wrong is what the caller sees");
        Assert.That((await _team.Api.GetJobAsync(id)).Status, Is.EqualTo("failed"));
        Assert.That((await _team.BalanceAsync()).CreditsAvailable, Is.EqualTo(before));
    }

    [Test]
    public async Task Job_Failed_SaysWhy()
    {
        await using var job = await _team.Api.OpenJobAsync(new CreateJobBody { TeamId = _team.TeamId, JobType = "test", MaxCalls = 1 });

        await job.FailAsync("The document is empty.");

        Assert.That((await _team.Api.GetJobAsync(job.Id)).ErrorMessage, Is.EqualTo("The document is empty."));
    }

    [Test]
    public async Task Job_DisposedOfWhileTheServiceIsAway_ThrowsNothing()
    {
        var opened = $$"""{"job_id":"{{Guid.CreateVersion7()}}","team_id":"hr","status":"pending","created_at":"2026-01-01T12:00:00Z"}""";
        using var service = new ScriptedService(new ScriptedAnswer(200, opened), new ScriptedAnswer(500, "<html>"));
        using var client = service.Connect();

        await using (await client.OpenJobAsync("hr", "test"))
        {
        }

        Assert.That(service.Requests[1].Body, Does.Contain("failed"));
    }

    [Test]
    public async Task Job_OfATeamWithoutCredits_IsRefusedAsThat()
    {
        var poor = await _service.CreateTeamAsync(credits: 0);

        var refusal = Assert.ThrowsAsync<ApiException>(() => poor.Api.OpenJobAsync(poor.TeamId, "test"))!;

        Assert.That((refusal.IsOutOfCredits, refusal.StatusCode), Is.EqualTo((true, 403)));
        Assert.That(new ApiException("", 409, """{"code":"job_finished"}""", new Dictionary<string, IEnumerable<string>>(StringComparer.Ordinal), null).IsOutOfCredits, Is.False);
    }
}
