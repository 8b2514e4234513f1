using System.Net;
using System.Net.Http.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Budgets;

/// <summary>Budgets as an operator sets them and callers feel them. A call costs 0.000015 USD here.</summary>
internal sealed class BudgetTests
{
    private const string Interval = "Usage:FoldIntervalSeconds=1";

    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync(null, Interval);
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Budget_WhenSetShownAndTakenAway_FollowsTheRequests()
    {
        var team = await _service.CreateTeamAsync();
        foreach (var path in new[] { $"/api/teams/{team.TeamId}/budget", $"/api/organizations/{team.OrganizationId}/budget" })
        {
            using var none = await _service.Operator.GetAsync(new Uri(path, UriKind.Relative));
            using var set = await _service.Operator.PutAsJsonAsync(path, new { monthly_cost_usd = 12.5, mode = "hard", daily_spike_factor = 2.5 });
            var shown = await _service.Operator.GetOkAsync(path);
            using var changed = await _service.Operator.PutAsJsonAsync(path, new { monthly_cost_usd = 1, alert_percents = new[] { 90, 50 } });
            using var deleted = await _service.Operator.DeleteAsync(new Uri(path, UriKind.Relative));
            using var again = await _service.Operator.DeleteAsync(new Uri(path, UriKind.Relative));

            Assert.That((none.StatusCode, set.StatusCode, changed.StatusCode), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK)));
            Assert.That((deleted.StatusCode, again.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NotFound)));
            Assert.That(shown.GetProperty("monthly_cost_usd").GetRawText(), Is.EqualTo("12.5"));
            Assert.That(shown.GetProperty("left_usd").GetRawText(), Is.EqualTo("12.5"));
            Assert.That(shown.GetProperty("mode").GetString(), Is.EqualTo("hard"));
            Assert.That(shown.GetProperty("alert_percents").GetRawText(), Is.EqualTo("[80,100]"));
            Assert.That(shown.GetProperty("daily_spike_factor").GetRawText(), Is.EqualTo("2.5"));
            Assert.That(shown.GetProperty("resets_at").GetDateTimeOffset().Day, Is.EqualTo(1));
            var replaced = await changed.JsonAsync();
            Assert.That((replaced.GetProperty("mode").GetString(), replaced.GetProperty("alert_percents").GetRawText()), Is.EqualTo(("soft", "[50,90]")));
            Assert.That(replaced.GetProperty("daily_spike_factor").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
        }
    }

    [TestCase("""{}""", "monthly_cost_usd")]
    [TestCase("""{"monthly_cost_usd":0}""", "monthly_cost_usd")]
    [TestCase("""{"monthly_cost_usd":1,"mode":"strict"}""", "mode")]
    [TestCase("""{"daily_spike_factor":2,"mode":"hard"}""", "mode")]
    [TestCase("""{"monthly_cost_usd":1,"alert_percents":[0]}""", "alert_percents")]
    [TestCase("""{"monthly_cost_usd":1,"alert_percents":[101]}""", "alert_percents")]
    [TestCase("""{"monthly_cost_usd":1,"daily_spike_factor":1}""", "daily_spike_factor")]
    public async Task PutBudget_WhenAFieldIsOdd_NamesIt(string body, string field)
    {
        var team = await _service.CreateTeamAsync();

        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _service.Operator.PutAsync(new Uri($"/api/teams/{team.TeamId}/budget", UriKind.Relative), content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _), Is.True, await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task PutBudget_ForNobody_Answers404()
    {
        using var team = await _service.Operator.PutAsJsonAsync("/api/teams/nobody/budget", new { monthly_cost_usd = 1 });
        using var organization = await _service.Operator.PutAsJsonAsync("/api/organizations/nobody/budget", new { monthly_cost_usd = 1 });

        Assert.That((team.StatusCode, organization.StatusCode), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.NotFound)));
    }

    [TestCase("teams")]
    [TestCase("organizations")]
    public async Task HardBudget_WhenItIsUsedUp_RefusesJobsAndMeteredCallsOnEveryNode(string scope)
    {
        await using var other = await ServiceUnderTest.StartAsync(_service.ConnectionString, Interval);
        var team = await _service.CreateTeamAtAsync(_upstream);
        using var elsewhere = other.Client(team.Client.DefaultRequestHeaders.Authorization!.Parameter);
        var path = $"/api/{scope}/{(scope == "teams" ? team.TeamId : team.OrganizationId)}/budget";
        await _service.Operator.PutAsJsonAsync(path, new { monthly_cost_usd = 0.00002, mode = "hard" });
        var running = await team.CreateJobAsync();
        Assert.That((await ChatAsync(team.Client)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await team.CallAsync(running);

        await Eventually.IsTrueAsync(async () => (await _service.Operator.GetOkAsync(path)).GetProperty("exceeded").GetBoolean());

        foreach (var client in new[] { team.Client, elsewhere })
        {
            await Eventually.IsTrueAsync(async () => (await ChatAsync(client)).StatusCode == HttpStatusCode.Forbidden);
            using var job = await client.PostAsJsonAsync("/api/jobs/create", new { team_id = team.TeamId, job_type = "test" });
            using var chat = await ChatAsync(client);
            Assert.That((job.StatusCode, (await job.JsonAsync()).GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.Forbidden, "budget_exceeded")));
            Assert.That((await chat.JsonAsync()).GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("budget_exceeded"));
        }

        Assert.That((await team.PostCallAsync(running)).StatusCode, Is.EqualTo(HttpStatusCode.OK), "what has begun goes on");
        var alerts = (await _service.Operator.GetOkAsync($"/api/alerts?organization_id={team.OrganizationId}&kind=budget.exceeded")).GetProperty("alerts");
        Assert.That(alerts.GetArrayLength(), Is.EqualTo(1));

        await _service.Operator.PutAsJsonAsync(path, new { monthly_cost_usd = 1, mode = "hard" });
        await team.CreateJobAsync();
        await Eventually.IsTrueAsync(async () => (await ChatAsync(elsewhere)).StatusCode == HttpStatusCode.OK);
        await _service.VerifyLedgerAsync();
    }

    private static Task<HttpResponseMessage> ChatAsync(HttpClient client) => client.PostAsJsonAsync("/v1/chat/completions", Prompts.User("hello"));
}
