using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Teams;

internal sealed class TeamTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task GetTeam_WhenItAsksForItself_SeesItsKeyMaskedAndItsUsage()
    {
        var team = await _service.CreateTeamAsync(credits: 12.5m, more: terms => (terms.RpmLimit, terms.Metadata) = (60, new { plan = "gold" }));

        var shown = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}");

        var key = team.Client.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.That(shown.GetProperty("virtual_key").GetString(), Is.EqualTo($"{key[..7]}…{key[^4..]}"));
        Assert.That(shown.GetProperty("credits_remaining").GetRawText(), Is.EqualTo("12.5"));
        Assert.That(shown.GetProperty("rpm_limit").GetInt32(), Is.EqualTo(60));
        Assert.That(shown.GetProperty("metadata").GetProperty("plan").GetString(), Is.EqualTo("gold"));
        Assert.That(shown.GetProperty("usage_summary").GetProperty("total_jobs").GetInt32(), Is.Zero);
    }

    [Test]
    public async Task GetMe_WithAVirtualKey_NamesTheTeam()
    {
        var team = await _service.CreateTeamAsync();

        var shown = await team.Client.GetOkAsync("/api/auth/me");

        Assert.That((shown.GetProperty("kind").GetString(), shown.GetProperty("team_id").GetString()), Is.EqualTo(("team", team.TeamId)));
    }

    [Test]
    public async Task ListKeys_ByATeam_ShowsItsOwnMaskedAndRefusesAnothers()
    {
        var team = await _service.CreateTeamAsync();
        var other = await _service.CreateTeamAsync();

        var keys = await team.Client.GetOkAsync($"/api/teams/{team.TeamId}/keys");
        using var refused = await team.Client.GetAsync(new Uri($"/api/teams/{other.TeamId}/keys", UriKind.Relative));

        Assert.That(keys.GetProperty("keys")[0].GetProperty("name").GetString(), Is.EqualTo("default"));
        Assert.That(keys.ToString(), Does.Not.Contain(team.Client.DefaultRequestHeaders.Authorization!.Parameter!));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task UpdateTeam_WhenFieldsAreAbsent_LeavesThemAndZeroRemovesALimit()
    {
        var team = await _service.CreateTeamAsync(more: terms => (terms.RpmLimit, terms.TpmLimit) = (60, 1000));

        var changed = await (await _service.Operator.PutAsJsonAsync($"/api/teams/{team.TeamId}", new { team_alias = "New", rpm_limit = 0 })).JsonAsync();

        Assert.That(changed.GetProperty("team_alias").GetString(), Is.EqualTo("New"));
        Assert.That(changed.GetProperty("rpm_limit").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(changed.GetProperty("tpm_limit").GetInt32(), Is.EqualTo(1000));
        Assert.That(changed.GetProperty("model_groups").GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase("PUT")]
    [TestCase("POST")]
    public async Task ChangeStatus_BySpellingOfEitherSeed_Works(string method)
    {
        var team = await _service.CreateTeamAsync();

        foreach (var (verb, status) in new[] { ("pause", "paused"), ("resume", "active"), ("suspend", "suspended"), ("resume", "active") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/teams/{team.TeamId}/{verb}");
            var changed = await (await _service.Operator.SendAsync(request)).JsonAsync();
            Assert.That(changed.GetProperty("status").GetString(), Is.EqualTo(status));
        }
    }

    [Test]
    public async Task PauseTeam_WhenItIsSuspended_IsRefused()
    {
        var team = await _service.CreateTeamAsync();
        await _service.Operator.PostAsync($"/api/teams/{team.TeamId}/suspend", null);

        var answer = await _service.Operator.PostAsync($"/api/teams/{team.TeamId}/pause", null);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Keys_WhenRotatedAndRevoked_WorkAsLongAsTheyShould()
    {
        var team = await _service.CreateTeamAsync();
        var keys = await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}/keys");
        var first = keys.GetProperty("keys")[0].GetProperty("key_id").GetString();

        var rotated = await _service.Operator.PostOkAsync($"/api/teams/{team.TeamId}/keys/{first}/rotate", new { grace_seconds = 600 });
        using var second = _service.Client(rotated.GetProperty("virtual_key").GetString());
        await second.GetOkAsync($"/api/teams/{team.TeamId}");
        await team.Client.GetOkAsync($"/api/teams/{team.TeamId}");

        await _service.Operator.DeleteAsync($"/api/teams/{team.TeamId}/keys/{first}");
        Assert.That((await team.Client.GetAsync($"/api/teams/{team.TeamId}")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        await second.GetOkAsync($"/api/teams/{team.TeamId}");

        var third = await _service.Operator.PostAsync($"/api/teams/{team.TeamId}/keys/{rotated.GetProperty("key_id").GetString()}/rotate", null);
        Assert.That(third.StatusCode, Is.EqualTo(HttpStatusCode.OK), "the body may be left out");
        Assert.That((await _service.Operator.DeleteAsync($"/api/teams/{team.TeamId}/keys/{first}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task UnknownKey_WhenItIsMadeLater_WorksAtOnce()
    {
        var team = await _service.CreateTeamAsync();
        var made = await _service.Operator.PostOkAsync($"/api/teams/{team.TeamId}/keys", new { name = "second" });
        using var client = _service.Client(made.GetProperty("virtual_key").GetString());

        await client.GetOkAsync($"/api/teams/{team.TeamId}");

        var names = (await _service.Operator.GetOkAsync($"/api/teams/{team.TeamId}/keys")).GetProperty("data").EnumerateArray();
        Assert.That(names.Select(key => key.GetProperty("name").GetString()), Is.EqualTo(new[] { "default", "second" }));
    }

    [Test]
    public async Task DeleteTeam_WhenAJobRuns_WaitsForItsEnd()
    {
        var team = await _service.CreateTeamAsync();
        var job = await team.CreateJobAsync();
        Assert.That((await _service.Operator.DeleteAsync($"/api/teams/{team.TeamId}")).StatusCode, Is.EqualTo(HttpStatusCode.Conflict));

        await team.CompleteAsync(job);
        Assert.That((await _service.Operator.DeleteAsync($"/api/teams/{team.TeamId}")).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await team.Client.GetAsync($"/api/teams/{team.TeamId}")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _service.Operator.GetAsync($"/api/teams/{team.TeamId}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task ListTeams_WhenPaged_GivesEveryTeamOnce()
    {
        for (var index = 0; index < 5; index++)
            await _service.CreateTeamAsync();

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _service.Operator.GetOkAsync($"/api/teams?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            Assert.That(page.GetProperty("teams").GetRawText(), Is.EqualTo(page.GetProperty("data").GetRawText()));
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(team => team.GetProperty("team_id").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.That(seen, Has.Count.GreaterThanOrEqualTo(5));
        Assert.That(seen, Is.Unique);
    }

    [Test]
    public async Task RateLimits_WhenReached_Answer429AndUseNothingUp()
    {
        var team = await _service.CreateTeamAsync(more: terms => terms.RpmLimit = 2);
        var job = await team.CreateJobAsync();

        var answers = new List<HttpResponseMessage>();
        for (var call = 0; call < 4; call++)
            answers.Add(await team.PostCallAsync(job));

        Assert.That(answers.Select(answer => answer.StatusCode), Is.EqualTo(new[]
        {
            HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests,
        }));
        Assert.That(answers[3].Headers.RetryAfter!.Delta, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));
        var completion = await team.CompleteAsync(job);
        Assert.That(completion.Costs.TotalCalls, Is.EqualTo(2));
        Assert.That(completion.Costs.CreditApplied, Is.True);
    }

    [Test]
    public async Task MaxParallel_WhenReached_FreesItsSlotAfterwards()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.MaxParallel = 1);
        var job = await team.CreateJobAsync();

        var first = team.PostCallAsync(job);
        await upstream.ArrivalAsync();
        using var second = await team.PostCallAsync(job);
        release.SetResult();

        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That((await first).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await team.PostCallAsync(job)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }
}
