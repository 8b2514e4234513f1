using System.Net;
using System.Net.Http.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Catalog;

/// <summary>How an operator says which of a group's models serves a call, and what comes of it.</summary>
internal sealed class RoutingTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Llm:Retries=0");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Group_WithRouting_ShowsItInItsOwnNames()
    {
        const string group = """{"group_name":"routed","models":[{"model_name":"gpt-4o-mini","priority":0}],"routing_strategy":"lowest_latency","hedge_after_ms":1500}""";
        using var created = await _service.Operator.PostRawAsync("/api/model-groups/create", group);
        Assert.That(created.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        using var changed = await _service.Operator.PutAsJsonAsync("/api/model-groups/routed", new { routing_strategy = "least_busy", hedge_after_ms = 0 });

        var before = await created.JsonAsync();
        var after = await changed.JsonAsync();
        Assert.That((before.GetProperty("routing_strategy").GetString(), before.GetProperty("hedge_after_ms").GetInt32()), Is.EqualTo(("lowest_latency", 1500)));
        Assert.That((after.GetProperty("routing_strategy").GetString(), after.GetProperty("hedge_after_ms").ValueKind), Is.EqualTo(("least_busy", System.Text.Json.JsonValueKind.Null)));
    }

    [TestCase("""{"routing_strategy":"fastest"}""", "routing_strategy")]
    [TestCase("""{"routing_strategy":""}""", "routing_strategy")]
    [TestCase("""{"routing_strategy":1}""", "routing_strategy")]
    [TestCase("""{"hedge_after_ms":-1}""", "hedge_after_ms")]
    [TestCase("""{"hedge_after_ms":600001}""", "hedge_after_ms")]
    [TestCase("""{"hedge_after_ms":1.5}""", "hedge_after_ms")]
    public async Task Group_WithOddRouting_IsRefused(string members, string field)
    {
        using var created = await _service.Operator.PostRawAsync(
            "/api/model-groups/create", """{"group_name":"odd","models":[{"model_name":"gpt-4o-mini","priority":0}],""" + members[1..]);
        using var changed = await _service.Operator.PutAsync("/api/model-groups/ChatFast", new StringContent(members, System.Text.Encoding.UTF8, "application/json"));

        Assert.That(((int)created.StatusCode, (int)changed.StatusCode), Is.EqualTo((422, 422)));
        Assert.That(await created.Content.ReadAsStringAsync(), Does.Contain(field));
    }

    [TestCase("-1")]
    [TestCase("1000001")]
    [TestCase("\"many\"")]
    public async Task Model_WithAnOddMaxParallel_IsRefused(string value)
    {
        using var created = await _service.Operator.PostRawAsync("/api/models/create", $$"""{"model_alias":"odd","provider":"custom","max_parallel":{{value}}}""");

        Assert.That((int)created.StatusCode, Is.EqualTo(422));
        Assert.That(await created.Content.ReadAsStringAsync(), Does.Contain("max_parallel"));
    }

    [Test]
    public async Task Call_WhenTheModelIsFull_Answers503WithRetryAfterAndFreesItsSlotAtTheEnd()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(release.Task));
        var team = await _service.CreateTeamAtAsync(upstream);
        await SetModelAsync(team, new { max_parallel = 1 });

        var held = team.PostCallAsync(await team.CreateJobAsync());
        await upstream.ArrivalAsync();
        using var refused = await team.PostCallAsync(await team.CreateJobAsync());
        release.SetResult();
        using var answered = await held;
        using var next = await team.PostCallAsync(await team.CreateJobAsync());

        Assert.That((refused.StatusCode, refused.Headers.RetryAfter?.Delta), Is.EqualTo((HttpStatusCode.ServiceUnavailable, (TimeSpan?)TimeSpan.FromSeconds(1))));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("upstream_at_capacity"));
        Assert.That((answered.StatusCode, next.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
    }

    [Test]
    public async Task Call_WhenTheUpstreamWantsAPause_Answers503WithTheRest()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "1000"), UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        using var first = await team.PostCallAsync(await team.CreateJobAsync());

        using var refused = await team.PostCallAsync(await team.CreateJobAsync());

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(refused.Headers.RetryAfter?.Delta?.TotalSeconds, Is.EqualTo(300).Within(5));
        Assert.That(upstream.Received, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Call_WhenHedged_IsOneCallThatCostsTheLosersPromptToo()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var silent = await FakeUpstream.StartAsync(UpstreamScript.Hang(left));
        await using var quick = await FakeUpstream.StartAsync(UpstreamScript.GoodWhen(silent.ArrivalAsync()));
        var first = await _service.CreateTeamAtAsync(silent);
        var second = await _service.CreateTeamAtAsync(quick);
        var (a, b) = (await ModelOfAsync(first), await ModelOfAsync(second));
        await _service.Operator.PutAsJsonAsync("/api/model-groups/group-" + a, new
        {
            models = new[] { new { model_name = a, priority = 0 }, new { model_name = b, priority = 1 } },
            hedge_after_ms = 1,
        });
        var job = await first.CreateJobAsync();

        using var answer = await first.PostCallAsync(job, new string('x', 4000));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await left.Task.WaitAsync(FakeUpstream.Patience);
        var call = (await _service.CostsAsync(job)).Breakdown.Single();
        Assert.That((call.Attempts, call.UsageSource), Is.EqualTo((2, "upstream")));
        var cost = call.CostUsd;
        Assert.That(cost, Is.GreaterThan(0.000015m + 0.0009m), "about a thousand tokens of the loser at 1 USD a million, and the winner's own 9 × 1 + 3 × 2");
        Assert.That(cost, Is.LessThan(0.000015m + 0.0015m));
        Assert.That(call.HedgeCostUsd, Is.EqualTo(cost - 0.000015m));
        await _service.VerifyLedgerAsync();
    }

    private async Task SetModelAsync(TestTeam team, object change)
    {
        using var changed = await _service.Operator.PutAsJsonAsync("/api/models/" + await ModelOfAsync(team), change);
        Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task<string> ModelOfAsync(TestTeam team)
    {
        return (await _service.Api.GetTeamAsync(team.TeamId)).ModelGroups[0]["group-".Length..];
    }
}
