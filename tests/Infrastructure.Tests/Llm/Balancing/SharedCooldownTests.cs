using SaasLlm.Application.Ports;
using SaasLlm.Testing;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

/// <summary>What one node has learnt of a deployment's rest, and the others know through Redis.</summary>
[NonParallelizable]
internal sealed class SharedCooldownTests
{
    private const string Channel = "saasllm:cooldowns";

    [Test]
    public async Task SendAsync_WhenAnotherNodeWasAskedForAPause_LeavesTheDeploymentAlone()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Good(), UpstreamScript.Error(429, retryAfter: "60"), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await UntilListeningAsync(client, nodes: 2);
        Assert.That(await CallAsync(two, pausing, other), Is.EqualTo("a"), "it knows the deployment");

        await CallAsync(one, pausing, other);

        await UntilAsync(async () => await CallAsync(two, pausing, other) == "b");
        for (var i = 0; i < 5; i++)
            Assert.That(await CallAsync(two, pausing, other), Is.EqualTo("b"));
    }

    [Test]
    public async Task SendAsync_OnANodeThatStartsLater_KnowsOfThePauseToo()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "60"), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var one = await StartAsync(redis);
        await CallAsync(one, pausing, other);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await UntilAsync(async () => await LifetimeAsync(client) is { } left && left <= TimeSpan.FromSeconds(60) && left > TimeSpan.FromSeconds(40));

        await using var late = await StartAsync(redis);

        await UntilAsync(async () => await CallAsync(late, pausing, other) == "b");
        Assert.That(await CallAsync(late, pausing, other), Is.EqualTo("b"));
    }

    [Test]
    public async Task SendAsync_OnANodeThatConnectsAfterItsFirstCall_AsksForThePauseLater()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "60"), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var one = await StartAsync(redis);
        await CallAsync(one, pausing, other);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await UntilAsync(async () => await LifetimeAsync(client) is not null);
        await using var late = Bench(redis);
        Assert.That(await CallAsync(late, pausing, other), Is.EqualTo("a"), "it knows of no Redis yet");

        await late.ConnectAsync();

        await UntilAsync(async () => await CallAsync(late, pausing, other) == "b");
    }

    [Test]
    public async Task SendAsync_WhenAnotherNodesCircuitOpens_OnlyPrefersTheRest()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var bad = await FakeUpstream.StartAsync(UpstreamScript.Good(), UpstreamScript.Error(500), UpstreamScript.Error(500), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await UntilListeningAsync(client, nodes: 2);
        await CallAsync(two, bad, other);

        for (var i = 0; i < 2; i++)
            await CallAsync(one, bad, other);

        // A guess that comes while a call is under way is proved wrong by its good answer: then it has to be told again.
        await UntilAsync(async () =>
        {
            if (await CallAsync(two, bad, other) == "b")
                return true;

            await TellAgainAsync(client);
            return false;
        });
        var only = await two.SendAsync(GatewayBench.Request(), two.Model("a", bad.ApiBase));
        Assert.That(only.Error, Is.Null, "another node's circuit is a guess, so the only one is tried");
    }

    [Test]
    public async Task SendAsync_WhenRedisIsGone_KeepsItsOwnCoolDowns()
    {
        await using var redis = await TestRedis.StartAsync();
        await using var pausing = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "60"), UpstreamScript.Good());
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var one = await StartAsync(redis);
        redis.Kill();

        Assert.That(await CallAsync(one, pausing, other), Is.EqualTo("b"));
        Assert.That(await CallAsync(one, pausing, other), Is.EqualTo("b"));
        Assert.That(pausing.Received, Has.Count.EqualTo(1));
    }

    private static async Task<GatewayBench> StartAsync(TestRedis redis)
    {
        var bench = Bench(redis);
        await bench.ConnectAsync();
        return bench;
    }

    private static GatewayBench Bench(TestRedis redis) => new(new()
    {
        ["Redis:ConnectionString"] = redis.ConnectionString,
        ["Redis:TimeoutMs"] = "1000",
        ["Llm:Retries"] = "0",
        ["Llm:BreakerMinimumThroughput"] = "2",
    });

    private static async Task<string> CallAsync(GatewayBench bench, FakeUpstream first, FakeUpstream second)
    {
        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", first.ApiBase), bench.Model("b", second.ApiBase));
        return reply.Model!.Alias;
    }

    private static async Task<TimeSpan?> LifetimeAsync(ConnectionMultiplexer client)
    {
        var keys = await client.GetDatabase().KeysAsync("saasllm:cooldown:*");
        return keys.Length == 0 ? null : await client.GetDatabase().KeyTimeToLiveAsync(keys.Single());
    }

    /// <summary>Messages that are sent before a node listens do not come.</summary>
    private static Task UntilListeningAsync(ConnectionMultiplexer client, int nodes) =>
        UntilAsync(async () => await client.GetSubscriber().PublishAsync(Channel, "") == nodes);

    private static async Task TellAgainAsync(ConnectionMultiplexer client)
    {
        foreach (var key in await client.GetDatabase().KeysAsync("saasllm:cooldown:*"))
            await client.GetSubscriber().PublishAsync(Channel, await client.GetDatabase().StringGetAsync(key));
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(FakeUpstream.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await poll.WaitForNextTickAsync(deadline.Token);
    }
}
