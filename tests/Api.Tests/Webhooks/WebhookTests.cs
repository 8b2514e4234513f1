using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Api.Tests.Identities;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Webhooks;

internal sealed class WebhookTests
{
    private static readonly UpstreamScript Taken = UpstreamScript.Json(200, """{"taken":true}""");

    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Outgoing:AllowedNetworks:0=127.0.0.0/8", "Webhooks:PollIntervalMs=100");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Job_WhenItIsCompleted_ReachesItsOrganizationSignedWithinASecond()
    {
        await using var receiver = await FakeUpstream.StartAsync(Taken);
        var team = await _service.CreateTeamAsync(credits: 5);
        var webhook = await CreateAsync($"/api/organizations/{team.OrganizationId}/webhooks", receiver, "job.*", "credits.low");
        var job = await team.CreateJobAsync(its => its.ExternalTaskId = "task-7");
        await team.CallAsync(job);

        await team.CompleteAsync(job);
        using var second = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await receiver.ArrivalAsync().WaitAsync(second.Token);

        var request = receiver.Received.Single();
        var happened = JsonElement.Parse(request.Body);
        var data = happened.GetProperty("data");
        Assert.That(happened.GetProperty("type").GetString(), Is.EqualTo("job.completed"));
        Assert.That(happened.GetProperty("id").GetString(), Is.EqualTo(request.Headers["webhook-id"]));
        Assert.That(data.GetProperty("job_id").GetGuid(), Is.EqualTo(job));
        Assert.That(data.GetProperty("external_task_id").GetString(), Is.EqualTo("task-7"));
        Assert.That(data.GetProperty("total_calls").GetInt32(), Is.EqualTo(1));
        Assert.That(data.GetProperty("credits_remaining").GetDecimal(), Is.EqualTo(4));
        Assert.That(request.Body, Does.Not.Contain("cost").And.Not.Contain("gpt-4o").And.Not.Contain("openai"));
        Assert.That(await StandardWebhooks.VerifyAsync(webhook.Secret, [request]), Is.EqualTo(new[] { "good" }));
        Assert.That((await StandardWebhooks.VerifyAsync("whsec_" + Convert.ToBase64String(new byte[32]), [request])).Single(), Does.StartWith("bad"));
        Assert.That((await StandardWebhooks.VerifyAsync(webhook.Secret, [request with { Body = request.Body + " " }])).Single(), Does.StartWith("bad"));
    }

    [Test]
    public async Task RotateSecret_WhileItOverlaps_LetsBothSecretsVerify()
    {
        await using var receiver = await FakeUpstream.StartAsync(Taken);
        var webhook = await CreateAsync("/api/webhooks", receiver, "team.*");
        var rotated = await _service.Operator.PostOkAsync($"/api/webhooks/{webhook.Id}/rotate-secret", new { overlap_seconds = 3600 });

        var test = await _service.Operator.PostOkAsync($"/api/webhooks/{webhook.Id}/test", new { });
        await _service.Operator.PostOkAsync($"/api/webhooks/{webhook.Id}/rotate-secret", new { overlap_seconds = 0 });
        await _service.Operator.PostOkAsync($"/api/webhooks/{webhook.Id}/test", new { });

        var secret = rotated.GetProperty("secret").GetString()!;
        Assert.That(test.GetProperty("ok").GetBoolean(), Is.True);
        Assert.That(test.GetProperty("status_code").GetInt32(), Is.EqualTo(200));
        Assert.That(test.GetProperty("response_excerpt").GetString(), Does.Contain("taken"));
        var (first, last) = (receiver.Received.First(), receiver.Received.Last());
        Assert.That(await StandardWebhooks.VerifyAsync(webhook.Secret, [first]), Is.EqualTo(new[] { "good" }));
        Assert.That(await StandardWebhooks.VerifyAsync(secret, [first]), Is.EqualTo(new[] { "good" }));
        Assert.That((await StandardWebhooks.VerifyAsync(secret, [last])).Single(), Does.StartWith("bad"));
        var shown = await _service.Operator.GetOkAsync($"/api/webhooks/{webhook.Id}");
        Assert.That(shown.GetProperty("secret").GetString(), Has.Length.LessThan(12).And.StartsWith("whsec_"));
    }

    [Test]
    public async Task Test_WhenTheReceiverRefuses_SaysSo()
    {
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Error(500, message: "sorry"));
        var webhook = await CreateAsync("/api/webhooks", receiver, "team.*");

        var test = await _service.Operator.PostOkAsync($"/api/webhooks/{webhook.Id}/test", new { });

        Assert.That(test.GetProperty("ok").GetBoolean(), Is.False);
        Assert.That(test.GetProperty("status_code").GetInt32(), Is.EqualTo(500));
        Assert.That(test.GetProperty("response_excerpt").GetString(), Does.Contain("sorry"));
    }

    [Test]
    public async Task Organization_ByItsAdmins_KeepsItsWebhooksAndNobodyElses()
    {
        await using var receiver = await FakeUpstream.StartAsync(Taken);
        using var admin = (await _service.SignInMemberAsync(role: "admin")).Client;
        var other = await _service.SignInMemberAsync(role: "owner");
        var member = await _service.SignInMemberAsync(other.OrganizationId);
        var theirs = $"/api/organizations/{other.OrganizationId}/webhooks";
        var made = await other.Client.PostOkAsync(theirs, new { url = Hook(receiver), organization_id = "org-of-another" });
        var id = made.GetProperty("webhook_id").GetString();
        var mine = await _service.CreateOrganizationAsync();

        Assert.That(made.GetProperty("organization_id").GetString(), Is.EqualTo(other.OrganizationId));
        Assert.That((await other.Client.GetOkAsync(theirs)).GetProperty("webhooks").GetArrayLength(), Is.EqualTo(1));
        Assert.That(await StatusAsync(member.Client.GetAsync(theirs)), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await StatusAsync(admin.GetAsync(theirs)), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(admin.PostAsJsonAsync(theirs, new { url = Hook(receiver) })), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(admin.GetAsync("/api/webhooks")), Is.EqualTo(HttpStatusCode.Forbidden));

        // By way of another organization's path, even for an operator, it is not found.
        foreach (var path in new[] { $"{id}", $"{id}/deliveries" })
            Assert.That(await StatusAsync(_service.Operator.GetAsync($"/api/organizations/{mine}/webhooks/{path}")), Is.EqualTo(HttpStatusCode.NotFound));
        foreach (var path in new[] { $"{id}/test", $"{id}/rotate-secret", $"{id}/deliveries/{Guid.CreateVersion7()}/replay" })
            Assert.That(await StatusAsync(_service.Operator.PostAsync($"/api/organizations/{mine}/webhooks/{path}", null)), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(_service.Operator.DeleteAsync($"/api/organizations/{mine}/webhooks/{id}")), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(other.Client.DeleteAsync($"{theirs}/{id}")), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Deliveries_OfAWebhook_ArePagedAndReplayed()
    {
        await using var receiver = await FakeUpstream.StartAsync(Taken);
        var team = await _service.CreateTeamAsync();
        var webhook = await CreateAsync($"/api/organizations/{team.OrganizationId}/webhooks", receiver, "team.*");
        foreach (var verb in new[] { "pause", "resume", "pause" })
            await _service.Operator.PostAsync($"/api/teams/{team.TeamId}/{verb}", null);
        for (var i = 0; i < 3; i++)
            await receiver.ArrivalAsync();
        await Eventually.IsTrueAsync(async () => (await DeliveriesAsync("?status=delivered")).GetProperty("deliveries").GetArrayLength() == 3);

        var page = await DeliveriesAsync("?limit=2");
        var rest = await DeliveriesAsync($"?limit=2&cursor={page.GetProperty("next_cursor").GetString()}");
        var oldest = rest.GetProperty("data")[0];
        await _service.Operator.PostOkAsync($"/api/webhooks/{webhook.Id}/deliveries/{oldest.GetProperty("event_id").GetString()}/replay", new { });
        await receiver.ArrivalAsync();

        Assert.That(page.GetProperty("data").GetArrayLength(), Is.EqualTo(2));
        Assert.That(rest.GetProperty("data").GetArrayLength(), Is.EqualTo(1));
        Assert.That(oldest.GetProperty("type").GetString(), Is.EqualTo("team.paused"));
        Assert.That(receiver.Received.Last().Headers["webhook-id"], Is.EqualTo(receiver.Received.First().Headers["webhook-id"]));

        Task<JsonElement> DeliveriesAsync(string query) => _service.Operator.GetOkAsync($"/api/webhooks/{webhook.Id}/deliveries{query}");
    }

    [Test]
    public async Task Create_WithAnEventOrAddressThatIsNone_IsRefusedByField()
    {
        using var unknown = await _service.Operator.PostAsJsonAsync("/api/webhooks", new { url = "ftp://x", events = new[] { "job.*", "jobs" } });
        using var blocked = await _service.Operator.PostAsJsonAsync("/api/webhooks", new { url = "https://169.254.169.254/latest" });

        var errors = (await unknown.JsonAsync()).GetProperty("errors");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(errors.TryGetProperty("url", out _) && errors.TryGetProperty("events", out _), Is.True);
        Assert.That(blocked.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await blocked.JsonAsync()).GetProperty("code").GetString(), Is.EqualTo("webhook_address_not_allowed"));
    }

    [Test]
    public async Task CreditAlerts_WhenAThresholdIsCrossed_AreListed()
    {
        var team = await _service.CreateTeamAsync(credits: 4);
        var path = $"/api/credits/teams/{team.TeamId}/alerts";
        var before = await team.Client.GetOkAsync(path);
        using var set = await _service.Operator.PatchAsJsonAsync(path, new { percentages = new[] { 50 }, credits_below = 4 });
        await team.CompleteAsync(await team.CreateJobAsync());
        await team.CompleteAsync(await team.CreateJobAsync());

        var first = await _service.Operator.GetOkAsync($"/api/alerts?team_id={team.TeamId}&limit=1");
        var second = await _service.Operator.GetOkAsync($"/api/alerts?team_id={team.TeamId}&limit=1&cursor={first.GetProperty("next_cursor").GetString()}");

        Assert.That(before.GetProperty("percentages").EnumerateArray().Select(percent => percent.GetInt32()), Is.EqualTo(new[] { 80, 95 }));
        Assert.That((await set.JsonAsync()).GetProperty("credits_below").GetInt32(), Is.EqualTo(4));
        Assert.That(first.GetProperty("alerts")[0].GetProperty("unit").GetString(), Is.EqualTo("percent"));
        Assert.That(first.GetProperty("alerts")[0].GetProperty("message").GetString(), Does.Contain("50 %"));
        Assert.That(second.GetProperty("alerts")[0].GetProperty("unit").GetString(), Is.EqualTo("credits"));
        Assert.That(second.GetProperty("next_cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(await StatusAsync(team.Client.PatchAsJsonAsync(path, new { credits_below = 1 })), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await StatusAsync(_service.Operator.PatchAsJsonAsync(path, new { percentages = new[] { 101 } })), Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    private static Uri Hook(FakeUpstream receiver) => new(receiver.ApiBase, "/hook");

    private static async Task<HttpStatusCode> StatusAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        return response.StatusCode;
    }

    private async Task<(string Id, string Secret)> CreateAsync(string path, FakeUpstream receiver, params string[] events)
    {
        var webhook = await _service.Operator.PostOkAsync(path, new { url = Hook(receiver), events });
        return (webhook.GetProperty("webhook_id").GetString()!, webhook.GetProperty("secret").GetString()!);
    }
}
