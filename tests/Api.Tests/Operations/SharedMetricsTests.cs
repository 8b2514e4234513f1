using System.Security.Cryptography;
using SaasLlm.Api.Tests.Operations.Prometheus;
using SaasLlm.Client;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Api.Tests.Operations;

/// <summary>What a monitor reads of a node that shares answers and limits in Redis.</summary>
[NonParallelizable]
internal sealed class SharedMetricsTests
{
    private const string Written = "saasllm_response_cache_redis_written_bytes_total";
    private const string Unwritten = "saasllm_response_cache_redis_unwritten_total";

    [Test]
    public async Task Redis_ThatKeepsAnswersAndLimits_IsCountedByWhatItTook()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var service = await ServiceUnderTest.StartAsync(null, "Redis:ConnectionString=" + redis.ConnectionString, "Redis:TimeoutMs=1000");
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = client.GetDatabase();
        await Eventually.IsTrueAsync(() => database.KeyExistsAsync("saasllm:nodes"));
        var team = await service.CreateTeamAtAsync(upstream, more: terms => terms.RpmLimit = 3);
        var job = await team.CreateJobAsync();

        // One that is kept, the same again, one that is too large to be kept, and one too many.
        await team.Api.CallLlmAsync(job, Asked("small"));
        await Eventually.IsTrueAsync(async () => (await Exposition.ReadAsync(service)).Sum(Written) > 0);
        var again = await team.Api.CallLlmAsync(job, Asked("small"));
        var large = Convert.ToBase64String(RandomNumberGenerator.GetBytes(400_000));
        upstream.Answer(UpstreamScript.Json(200, UpstreamScript.Completion.Replace("hello", large, StringComparison.Ordinal)));
        await team.Api.CallLlmAsync(job, Asked("large"));
        await Eventually.IsTrueAsync(async () => (await Exposition.ReadAsync(service)).Sum(Unwritten, ("reason", "too_large")) == 1);
        var refusal = Assert.ThrowsAsync<ApiException>(() => team.Api.CallLlmAsync(job, Asked("refused")))!;

        var kept = (await database.KeysAsync("saasllm:answer:*")).Single();
        var read = await Exposition.ReadAsync(service);
        Assert.That((again.Metadata.Cached, refusal.StatusCode), Is.EqualTo((true, 429)));
        Assert.That(read.Sum(Written), Is.EqualTo(await database.StringLengthAsync(kept)));
        Assert.That(read.Sum(Unwritten), Is.EqualTo(1));
        Assert.That(read.Sum("saasllm_response_cache_hits_total", ("source", "redis")), Is.EqualTo(1));
        Assert.That(read.Sum("saasllm_response_cache_misses_total"), Is.EqualTo(2));
        Assert.That(read.Sum("saasllm_limiter_refusals_total", ("limit", "requests"), ("scope", "team")), Is.EqualTo(1));
    }

    private static LlmCallBody Asked(string prompt) => new(prompt) { Cache = new LlmCallCache { Ttl = 300 } };
}
