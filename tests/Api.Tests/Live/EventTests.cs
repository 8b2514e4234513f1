using System.Net;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Live;

/// <summary>What those hear who listen while others work.</summary>
internal sealed class EventTests
{
    private ServiceUnderTest _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Operator_WhenATeamWorks_HearsOfItsJobAndItsCredits()
    {
        var team = await _service.CreateTeamAsync();
        using var listener = await Listener.StartAsync(_service.Operator);

        var job = await team.CreateJobAsync();
        await listener.UntilAsync("job", job.ToString());
        await listener.UntilAsync("credits", team.TeamId);
        await team.CompleteAsync(job);

        await listener.UntilAsync("job", job.ToString());
    }

    [Test]
    public async Task Team_WhenOthersWork_HearsOnlyOfItself()
    {
        var (own, other) = (await _service.CreateTeamAsync(), await _service.CreateTeamAsync());
        using var listener = await Listener.StartAsync(own.Client);
        using var everything = await Listener.StartAsync(_service.Operator);

        var foreign = await other.CreateJobAsync();
        await AddCreditsAsync(other);
        await _service.Operator.PostOkAsync($"/api/teams/{other.TeamId}/pause", new { });
        await everything.UntilAsync("job", foreign.ToString());
        var job = await own.CreateJobAsync();
        await AddCreditsAsync(own);

        var heard = await listener.UntilAsync("job", job.ToString());
        heard.AddRange(heard.Exists(change => change.Type == "credits") ? [] : await listener.UntilAsync("credits", own.TeamId));
        Assert.That(heard.Select(change => change.Data), Has.All.Contains(own.TeamId));
    }

    [Test]
    public async Task Change_OnAnotherNode_IsHeardHere()
    {
        var team = await _service.CreateTeamAsync();
        await using var node = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        using var listener = await Listener.StartAsync(node.Operator);

        await AddCreditsAsync(team);
        await listener.UntilAsync("credits", team.TeamId);
        await _service.Operator.PostOkAsync($"/api/teams/{team.TeamId}/pause", new { });
        await listener.UntilAsync("team", team.TeamId);
    }

    [Test]
    public async Task Alert_WhenATeamRunsLow_IsHeardWithItsId()
    {
        var team = await _service.CreateTeamAsync(credits: 2);
        using var listener = await Listener.StartAsync(team.Client);

        for (var i = 0; i < 2; i++)
        {
            var job = await team.CreateJobAsync();
            await team.CallAsync(job);
            await team.CompleteAsync(job);
        }

        var heard = await listener.UntilAsync("alert", team.TeamId);
        Assert.That(heard[^1].Data, Does.Contain("alert_id"));
    }

    [Test]
    public async Task Events_Always_TellNothingButIds()
    {
        var team = await _service.CreateTeamAsync();
        using var listener = await Listener.StartAsync(_service.Operator);

        var job = await team.CreateJobAsync();
        await team.CallAsync(job);
        await team.CompleteAsync(job);
        await AddCreditsAsync(team);

        var heard = await listener.UntilAsync("job", job.ToString());
        heard.AddRange(await listener.UntilAsync("credits", team.TeamId));
        Assert.That(heard.Select(change => change.Data), Has.All.Match("""^\{("(team|organization|job|alert)_id":"[^"]+",?)*\}$"""));
    }

    [Test]
    public async Task Listener_WhoseKeyIsRevoked_HearsNoMore()
    {
        var team = await _service.CreateTeamAsync();
        using var listener = await Listener.StartAsync(team.Client);
        var key = (await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/keys")).GetProperty("data")[0].GetProperty("key_id").GetString();

        (await _service.Operator.DeleteAsync($"/api/teams/{team.TeamId}/keys/{key}")).Dispose();
        await AddCreditsAsync(team);

        Assert.That(await listener.NextAsync(), Is.Null);
    }

    [Test]
    public async Task Service_WhenItStops_EndsTheStreams()
    {
        var node = await ServiceUnderTest.StartAsync(_service.ConnectionString);
        using var listener = await Listener.StartAsync(node.Operator);

        var stopped = node.DisposeAsync();

        Assert.That(await listener.NextAsync(), Is.Null);
        await stopped;
    }

    [Test]
    public async Task Stream_Always_IsOneThatProxiesPassOn()
    {
        using var listener = await Listener.StartAsync(_service.Operator);

        Assert.That(listener.Response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        Assert.That(listener.Response.Headers.CacheControl?.NoCache, Is.True);
        Assert.That(listener.Response.Headers.GetValues("X-Accel-Buffering"), Is.EqualTo(new[] { "no" }));
    }

    [Test]
    public async Task Listeners_OfOneTeam_AreLimited()
    {
        var team = await _service.CreateTeamAsync();
        var listeners = new List<Listener>();
        try
        {
            for (var i = 0; i < 16; i++)
                listeners.Add(await Listener.StartAsync(team.Client));

            using var refused = await team.Client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            using var other = await Listener.StartAsync(_service.Operator);
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    [Test]
    public async Task Events_WithoutAKey_AreRefused()
    {
        using var nobody = _service.Client(null);

        using var refused = await nobody.GetAsync("/api/events");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private async Task AddCreditsAsync(TestTeam team) =>
        await _service.Operator.PostOkAsync($"/api/credits/teams/{team.TeamId}/add", new { credits = 5, reason = "top-up" });
}
