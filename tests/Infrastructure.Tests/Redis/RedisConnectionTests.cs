using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Tests.Redis;

[NonParallelizable]
internal sealed class RedisConnectionTests
{
    [Test]
    public async Task AskAsync_WithoutConfiguration_IsNotAnswered()
    {
        await using var redis = Open(null);
        await redis.StartAsync(CancellationToken.None);

        Assert.That(redis.IsAvailable, Is.False);
        Assert.That((await PingAsync(redis)).Answered, Is.False);
    }

    [Test]
    public async Task AskAsync_WhenRedisIsThere_GivesItsAnswer()
    {
        await using var server = await TestRedis.StartAsync();
        await using var redis = await ConnectAsync(server);

        Assert.That((await PingAsync(redis)).Answered, Is.True);
    }

    [Test]
    public async Task AskAsync_WhenRedisRefusesTheCommand_IsNotAnswered()
    {
        await using var server = await TestRedis.StartAsync();
        await using var redis = await ConnectAsync(server);

        var answer = await redis.AskAsync(static (database, _) => database.ScriptEvaluateAsync("return redis.call('nonsense')"), 0);

        Assert.That(answer.Answered, Is.False);
    }

    [Test]
    public async Task AskAsync_WhenRedisHangs_OpensTheCircuitAndComesBack()
    {
        await using var server = await TestRedis.StartAsync();
        await using var redis = await ConnectAsync(server);

        await server.StopAnsweringAsync();
        for (var i = 0; redis.IsAvailable && i < 100; i++)
            Assert.That((await PingAsync(redis)).Answered, Is.False);
        Assert.That(redis.IsAvailable, Is.False);

        await server.ResumeAsync();
        await UntilAsync(async () => (await PingAsync(redis)).Answered);
        Assert.That(redis.IsAvailable, Is.True);
    }

    [Test]
    public async Task AskAsync_AfterRedisWasKilledAndStartedAgain_ComesBack()
    {
        await using var server = await TestRedis.StartAsync();
        await using var redis = await ConnectAsync(server);

        server.Kill();
        await UntilAsync(() => Task.FromResult(!redis.IsAvailable));
        Assert.That((await PingAsync(redis)).Answered, Is.False);

        await server.RestartAsync();
        await UntilAsync(async () => (await PingAsync(redis)).Answered);
    }

    [Test]
    public async Task Subscribe_BeforeAndAfterAReconnect_Receives()
    {
        await using var server = await TestRedis.StartAsync();
        await using var redis = Open(server.ConnectionString);
        var received = 0;
        redis.Subscribe("news", _ => Interlocked.Increment(ref received));
        await redis.StartAsync(CancellationToken.None);

        await UntilAsync(() => PublishedAsync(redis, () => Volatile.Read(ref received) > 0));
        await server.RestartAsync();
        var before = Volatile.Read(ref received);
        await UntilAsync(() => PublishedAsync(redis, () => Volatile.Read(ref received) > before));
    }

    [Test]
    public async Task Count_OfTwoNodes_IsTwoUntilOneStops()
    {
        await using var server = await TestRedis.StartAsync();
        await using var redis = await ConnectAsync(server);
        using var first = new NodeCount(redis, TimeProvider.System);
        using var second = new NodeCount(redis, TimeProvider.System);

        await first.StartAsync(CancellationToken.None);
        await second.StartAsync(CancellationToken.None);
        await UntilAsync(() => Task.FromResult(first.Count == 2 && second.Count == 2));
        await second.StopAsync(CancellationToken.None);
        await UntilAsync(() => Task.FromResult(first.Count == 1));

        var ttl = await redis.AskAsync(static (database, key) => database.KeyTimeToLiveAsync(key), "saasllm:nodes");
        Assert.That(ttl.Value, Is.Not.Null);
        await first.StopAsync(CancellationToken.None);
    }

    private static async Task<bool> PublishedAsync(RedisConnection redis, Func<bool> seen)
    {
        await redis.AskAsync(static (database, _) => database.PublishAsync("news", "something"), 0);
        return seen();
    }

    private static ValueTask<RedisAnswer<TimeSpan>> PingAsync(RedisConnection redis) =>
        redis.AskAsync(static (database, _) => database.PingAsync(), 0);

    private static RedisConnection Open(string? connectionString) => new(
        Options.Create(new RedisOptions { ConnectionString = connectionString }), TimeProvider.System, NullLogger<RedisConnection>.Instance);

    private static async Task<RedisConnection> ConnectAsync(TestRedis server)
    {
        var redis = Open(server.ConnectionString);
        await redis.StartAsync(CancellationToken.None);
        await UntilAsync(async () => (await PingAsync(redis)).Answered);
        return redis;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            Assert.That(waited.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
            await poll.WaitForNextTickAsync();
        }
    }
}
