using System.Net;
using System.Text;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Api.Tests.Jobs;

/// <summary>What the service leaves in Redis.</summary>
internal sealed class RedisKeysTests
{
    [Test]
    public async Task Keys_OfEverythingThatUsesRedis_HaveATimeToLive()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "60"));
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var service = await ServiceUnderTest.StartAsync(
            null, "Redis:ConnectionString=" + redis.ConnectionString, "Redis:TimeoutMs=1000", "Llm:Retries=0");
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = client.GetDatabase();
        var team = await service.CreateTeamAtAsync(upstream, more: terms => (terms.RpmLimit, terms.TpmLimit, terms.MaxParallel, terms.BurstLimit) = (10, 100_000, 5, 10));
        var paused = await service.CreateTeamAtAsync(pausing);
        await UntilAsync(database, "saasllm:nodes");
        var made = await service.Operator.PostOkAsync($"/api/teams/{team.TeamId}/keys", new { name = "limited", rpm_limit = 2, max_parallel = 1 });
        using var key = service.Client(made.GetProperty("virtual_key").GetString());
        using (await service.Operator.PutAsync($"/api/organizations/{team.OrganizationId}", new StringContent("""{"max_parallel":9,"tpm_limit":100000}""", Encoding.UTF8, "application/json")))
        {
        }

        var job = await team.CreateJobAsync();
        var capped = await team.CreateJobAsync(its => its.MaxCalls = 1);
        var statuses = new List<HttpStatusCode>();
        foreach (var (caller, called) in new[] { (team.Client, job), (team.Client, job), (key, job), (key, capped), (team.Client, capped), (key, job) })
        {
            using var answer = await caller.PostRawAsync($"/api/jobs/{called}/llm-call", """{"messages":[{"role":"user","content":"hi"}],"cache":{"ttl":300}}""");
            statuses.Add(answer.StatusCode);
        }

        using var asked = await paused.PostCallAsync(await paused.CreateJobAsync());

        Assert.That(statuses[^3..], Is.EqualTo(new[] { HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.TooManyRequests }));
        foreach (var kind in new[] { "limits:*:org:*", "limits:*:team:*", "limits:*:key:*", "answer:*", "cooldown:*", "nodes" })
            await UntilAsync(database, "saasllm:" + kind);
        foreach (var name in await database.KeysAsync())
        {
            var left = await database.KeyTimeToLiveAsync(name);
            Assert.That(name, Does.StartWith("saasllm:"));

            // It may have come to its end meanwhile.
            Assert.That(left is not null || !await database.KeyExistsAsync(name), Is.True, name);
        }
    }

    private static async Task UntilAsync(IDatabase database, string pattern)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        while ((await database.KeysAsync(pattern)).Length == 0)
            await timer.WaitForNextTickAsync(deadline.Token);
    }
}
