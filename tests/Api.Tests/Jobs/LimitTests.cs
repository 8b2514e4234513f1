using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>What callers see of their limits, and whether it is true.</summary>
internal sealed class LimitTests
{
    private const string Ask = """{"messages":[{"role":"user","content":"hi"}]}""";

    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Llm:RetryBaseDelayMs=1", "Llm:Retries=0");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("llm-call")]
    [TestCase("llm-call-stream")]
    public async Task Headers_OfAnswersAndRefusals_TellTheTruth(string route)
    {
        await using var upstream = await FakeUpstream.StartAsync(Answer(route, 9, 3));
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => (terms.RpmLimit, terms.TpmLimit) = (3, 100_000));
        var job = await team.CreateJobAsync();

        var tokens = new List<long>();
        for (var left = 2; left >= 0; left--)
        {
            using var answer = await CallAsync(team, job, route);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((Number(answer, "X-RateLimit-Limit"), Number(answer, "X-RateLimit-Remaining")), Is.EqualTo((3, left)));
            Assert.That(Number(answer, "X-RateLimit-Limit-Tokens"), Is.EqualTo(100_000));
            Assert.That(Number(answer, "X-RateLimit-Reset"), Is.InRange(Now + 50, Now + 61));
            Assert.That(Number(answer, "X-RateLimit-Reset-Tokens"), Is.InRange(Now + 50, Now + 61));
            Assert.That(answer.Headers.RetryAfter, Is.Null);
            tokens.Add(Number(answer, "X-RateLimit-Remaining-Tokens"));
        }

        Assert.That((tokens[0] - tokens[1], tokens[1] - tokens[2]), Is.EqualTo((12, 12)), "each call's estimate gave way to what it used");
        for (var refusal = 0; refusal < 5; refusal++)
        {
            using var refused = await CallAsync(team, job, route);
            var problem = await refused.JsonAsync();
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("rate_limit_exceeded"));
            Assert.That(problem.GetProperty("detail").GetString(), Is.EqualTo("Rate limit exceeded: 3 requests a minute for this team."));
            Assert.That(refused.Headers.RetryAfter!.Delta, Is.InRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)));
            Assert.That((Number(refused, "X-RateLimit-Limit"), Number(refused, "X-RateLimit-Remaining")), Is.EqualTo((3, 0)));
            Assert.That(Number(refused, "X-RateLimit-Remaining-Tokens"), Is.EqualTo(100_000 - 36), "a refusal uses up nothing");
        }

        Assert.That(upstream.Received, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Headers_WithoutLimits_AreAbsent()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);

        using var answer = await team.PostCallAsync(await team.CreateJobAsync());

        Assert.That(answer.Headers.Select(header => header.Key), Has.None.StartsWith("X-RateLimit"));
    }

    [Test]
    public async Task RetryAfter_OfARefusedBurst_IsWhenTheSameCallPasses()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => (terms.RpmLimit, terms.BurstLimit) = (20, 1));
        var job = await team.CreateJobAsync();
        using var first = await team.PostCallAsync(job);
        using var refused = await team.PostCallAsync(job);
        Assert.That((await refused.JsonAsync()).GetProperty("detail").GetString(), Is.EqualTo("Rate limit exceeded: 1 requests at once for this team."));
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        Assert.That(wait, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));

        // A timer keeps the system's coarse clock and may come some milliseconds early.
        var refusedAt = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (Stopwatch.GetElapsedTime(refusedAt) < wait)
            await timer.WaitForNextTickAsync();
        using var again = await team.PostCallAsync(job);

        Assert.That((first.StatusCode, again.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
    }

    [Test]
    public async Task Tokens_WhenUsedUp_RefuseUntilTheyLeaveTheMinute()
    {
        await using var upstream = await FakeUpstream.StartAsync(Answer("llm-call", 900, 200));
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.TpmLimit = 2000);
        var job = await team.CreateJobAsync();
        using var first = await team.PostCallAsync(job);

        using var refused = await team.PostCallAsync(job);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), "some 1,030 are estimated, and 900 are left");
        Assert.That((await refused.JsonAsync()).GetProperty("detail").GetString(), Is.EqualTo("Rate limit exceeded: 2000 tokens a minute for this team."));
        Assert.That((Number(refused, "X-RateLimit-Limit-Tokens"), Number(refused, "X-RateLimit-Remaining-Tokens")), Is.EqualTo((2000, 900)));
        Assert.That(refused.Headers.Contains("X-RateLimit-Limit"), Is.False, "requests are not limited");
        using var small = await team.Client.PostRawAsync($"/api/jobs/{job}/llm-call", Ask.Replace("}]", "}],\"max_tokens\":10", StringComparison.Ordinal));
        Assert.That(small.StatusCode, Is.EqualTo(HttpStatusCode.OK), "a smaller one passes");
    }

    [Test]
    public async Task OrganizationLimit_OfSeveralTeams_IsOneAndNotAnotherOrganizations()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var first = await _service.CreateTeamAtAsync(upstream, more: terms => terms.RpmLimit = 10);
        var group = (await _service.Operator.GetOkAsync($"/api/teams/{first.TeamId}")).GetProperty("model_groups")[0].GetString()!;
        var second = await TeamOfAsync(first.OrganizationId, group);
        var stranger = await _service.CreateTeamAsync(modelGroup: group, models: group["group-".Length..], more: terms => terms.RpmLimit = 1);
        using (var limited = await _service.Operator.PutAsJsonAsync($"/api/organizations/{first.OrganizationId}", new { rpm_limit = 2 }))
            Assert.That(limited.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        var (one, two) = (await first.CreateJobAsync(), await second.CreateJobAsync());
        using var passed = await first.PostCallAsync(one);
        using var passedToo = await second.PostCallAsync(two);
        using var refused = await second.PostCallAsync(two);
        using var refusedToo = await first.PostCallAsync(one);
        using var strangers = await stranger.PostCallAsync(await stranger.CreateJobAsync());

        Assert.That((Number(passed, "X-RateLimit-Limit"), Number(passed, "X-RateLimit-Remaining")), Is.EqualTo((2, 1)), "the tightest of two");
        Assert.That(passedToo.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        foreach (var answer in new[] { refused, refusedToo })
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That((await answer.JsonAsync()).GetProperty("detail").GetString(), Is.EqualTo("Rate limit exceeded: 2 requests a minute for this organization."));
        }

        Assert.That(strangers.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task KeyLimit_WhenTheKeyIsRotated_IsSharedWithItsSuccessorAndNoOther()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream);
        var made = await _service.Operator.PostOkAsync($"/api/teams/{team.TeamId}/keys", new { name = "limited", rpm_limit = 2 });
        using var old = _service.Client(made.GetProperty("virtual_key").GetString());
        var job = await team.CreateJobAsync();
        using var first = await old.PostRawAsync($"/api/jobs/{job}/llm-call", Ask);
        Assert.That(Number(first, "X-RateLimit-Remaining"), Is.EqualTo(1));

        var rotated = await _service.Operator.PostOkAsync($"/api/teams/{team.TeamId}/keys/{made.GetProperty("key_id").GetString()}/rotate", new { grace_seconds = 600 });
        using var fresh = _service.Client(rotated.GetProperty("virtual_key").GetString());
        using var second = await fresh.PostRawAsync($"/api/jobs/{job}/llm-call", Ask);
        Assert.That((second.StatusCode, Number(second, "X-RateLimit-Remaining")), Is.EqualTo((HttpStatusCode.OK, 0)));

        foreach (var client in new[] { old, fresh })
        {
            using var refused = await client.PostRawAsync($"/api/jobs/{job}/llm-call", Ask);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That((await refused.JsonAsync()).GetProperty("detail").GetString(), Is.EqualTo("Rate limit exceeded: 2 requests a minute for this key."));
        }

        using var others = await team.PostCallAsync(job);
        Assert.That(others.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Requests_ThatAreRefusedForAnotherReason_UseUpNothing()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.RpmLimit = 2);
        var capped = await team.CreateJobAsync(its => its.MaxCalls = 1);
        using var first = await team.PostCallAsync(capped);
        Assert.That(Number(first, "X-RateLimit-Remaining"), Is.EqualTo(1));

        for (var call = 0; call < 3; call++)
        {
            using var beyondItsCap = await team.PostCallAsync(capped);
            Assert.That(beyondItsCap.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            using var broken = await team.Client.PostRawAsync($"/api/jobs/{capped}/llm-call", "{");
            Assert.That(broken.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            using var elsewhere = await team.PostCallAsync(Guid.CreateVersion7());
            Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        }

        using var second = await team.PostCallAsync(await team.CreateJobAsync());
        Assert.That((second.StatusCode, Number(second, "X-RateLimit-Remaining")), Is.EqualTo((HttpStatusCode.OK, 0)));
    }

    [Test]
    public async Task CreateAndCall_WhenRefused_HoldsNoCredit()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.RpmLimit = 1);
        await team.CallAsync(await team.CreateJobAsync());
        var before = (await team.BalanceAsync()).CreditsReserved;

        foreach (var route in new[] { "create-and-call", "create-and-call-stream" })
        {
            using var refused = await team.Client.PostRawAsync("/api/jobs/" + route, """{"job_type":"test",""" + Ask[1..]);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), await refused.Content.ReadAsStringAsync());
            Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
        }

        Assert.That((await team.BalanceAsync()).CreditsReserved, Is.EqualTo(before));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task ParallelSlot_AfterAnyEndOfACall_ComesBack()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Stream(StreamEnd.Hang, left, UpstreamScript.Text("one")),
            UpstreamScript.Stream(UpstreamScript.Text("one")),
            UpstreamScript.Error(500),
            UpstreamScript.CutBody("{"),
            UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.MaxParallel = 1);
        var job = await team.CreateJobAsync();

        using (var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{job}/llm-call-stream") { Content = new StringContent(Ask, Encoding.UTF8, "application/json") })
        using (var stream = await team.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await stream.Content.ReadAsStreamAsync();
            Assert.That(await body.ReadAsync(new byte[1]), Is.EqualTo(1));
            using var refused = await team.PostCallAsync(job);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That((await refused.JsonAsync()).GetProperty("detail").GetString(), Is.EqualTo("Rate limit exceeded: 1 calls at the same time for this team."));
            Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        }

        await left.Task.WaitAsync(FakeUpstream.Patience);
        await BreakAStreamAsync(team, job);
        Assert.That(await StatusOnceFreeAsync(team, job), Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That(await StatusOnceFreeAsync(team, job), Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That(await StatusOnceFreeAsync(team, job), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(upstream.Received, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task LimitChange_OnceAnswered_HoldsForTheNextCall()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var team = await _service.CreateTeamAtAsync(upstream, more: terms => terms.RpmLimit = 1);
        var job = await team.CreateJobAsync();
        await team.CallAsync(job);

        using (await _service.Operator.PutAsJsonAsync($"/api/teams/{team.TeamId}", new { rpm_limit = 2 }))
        {
        }

        using var second = await OnceOkAsync(team, job);
        Assert.That((Number(second, "X-RateLimit-Limit"), Number(second, "X-RateLimit-Remaining")), Is.EqualTo((2, 0)), "what was used stays used");
        using (await _service.Operator.PutAsJsonAsync($"/api/teams/{team.TeamId}", new { rpm_limit = 0 }))
        {
        }

        using var third = await OnceOkAsync(team, job);
        Assert.That(third.Headers.Contains("X-RateLimit-Limit"), Is.False);
    }

    /// <summary>The upstream's answer to that route, with this usage.</summary>
    private static UpstreamScript Answer(string route, int prompt, int completion) => route == "llm-call"
        ? UpstreamScript.Json(200, UpstreamScript.Completion
            .Replace("\"prompt_tokens\":9", $"\"prompt_tokens\":{prompt}", StringComparison.Ordinal)
            .Replace("\"completion_tokens\":3", $"\"completion_tokens\":{completion}", StringComparison.Ordinal)
            .Replace("\"total_tokens\":12", $"\"total_tokens\":{prompt + completion}", StringComparison.Ordinal))
        : UpstreamScript.Stream(UpstreamScript.Text("hello"), UpstreamScript.Finish(), UpstreamScript.Usage(prompt, completion), UpstreamScript.Done);

    private static async Task<HttpResponseMessage> CallAsync(TestTeam team, Guid job, string route)
    {
        var answer = await team.Client.PostRawAsync($"/api/jobs/{job}/{route}", Ask);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private async Task<TestTeam> TeamOfAsync(string organizationId, string group)
    {
        var id = "team-" + Guid.CreateVersion7().ToString("N")[^12..];
        var made = await _service.Operator.PostOkAsync(
            "/api/teams/create", new { organization_id = organizationId, team_id = id, model_groups = new[] { group }, credits_allocated = 100 });
        return new TestTeam(id, organizationId, _service.Client(made.GetProperty("virtual_key").GetString()), _service);
    }

    private static async Task BreakAStreamAsync(TestTeam team, Guid job)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{job}/llm-call-stream") { Content = new StringContent(Ask, Encoding.UTF8, "application/json") };
            using var broken = await team.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (broken.StatusCode != HttpStatusCode.TooManyRequests)
            {
                Assert.That(async () => await broken.Content.ReadAsStringAsync(), Throws.InstanceOf<Exception>());
                return;
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task<HttpStatusCode> StatusOnceFreeAsync(TestTeam team, Guid job)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        while (true)
        {
            using var answer = await team.PostCallAsync(job);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
                return answer.StatusCode;
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>A change holds everywhere within a second.</summary>
    private static async Task<HttpResponseMessage> OnceOkAsync(TestTeam team, Guid job)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        while (true)
        {
            var answer = await team.PostCallAsync(job);
            if (answer.StatusCode == HttpStatusCode.OK)
                return answer;
            answer.Dispose();
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private static long Number(HttpResponseMessage answer, string header) =>
        long.Parse(answer.Headers.GetValues(header).Single(), NumberStyles.None, CultureInfo.InvariantCulture);
}
