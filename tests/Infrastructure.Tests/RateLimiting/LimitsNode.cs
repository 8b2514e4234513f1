using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Infrastructure.Redis;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>The limits of one node, on a real Redis.</summary>
internal sealed class LimitsNode : IAsyncDisposable, INodeCount
{
    private readonly RedisConnection _redis;
    private readonly LocalLimits _local;
    private readonly SharedLeases _leases;
    private readonly RateLimiter _limiter;

    private LimitsNode(string connectionString, int nodes, int timeoutMs, int slotLifetimeSeconds)
    {
        Count = nodes;
        _redis = new RedisConnection(
            Options.Create(new RedisOptions { ConnectionString = connectionString, TimeoutMs = timeoutMs }), TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var metrics = new LimiterMetrics(Meters.Factory);
        _local = new LocalLimits(TimeProvider.System, metrics);
        _leases = new SharedLeases(_redis, Options.Create(new RateLimitingOptions { SlotLifetimeSeconds = slotLifetimeSeconds }), TimeProvider.System);
        _limiter = new RateLimiter(_local, new SharedLimits(_redis, _leases, metrics, TimeProvider.System), this);
    }

    public int Count { get; }

    public RedisConnection Redis => _redis;

    /// <param name="timeoutMs">Long by default, so that a busy machine is not mistaken for a slow Redis.</param>
    public static async Task<LimitsNode> StartAsync(TestRedis server, int nodes = 2, int timeoutMs = 1000, int slotLifetimeSeconds = 30)
    {
        var node = new LimitsNode(server.ConnectionString, nodes, timeoutMs, slotLifetimeSeconds);
        await node._redis.StartAsync(CancellationToken.None);
        await node._leases.StartAsync(CancellationToken.None);
        await UntilAsync(() => ValueTask.FromResult(node._redis.IsAvailable));
        return node;
    }

    public ValueTask<Result<IRateLease>> AcquireAsync(RateScopes scopes, int tokens = 1) => _limiter.AcquireAsync(scopes, tokens, CancellationToken.None);

    /// <summary>Leases that are given back at once where they were got.</summary>
    public async ValueTask<bool> WouldPassAsync(RateScopes scopes, int tokens = 1)
    {
        var lease = await AcquireAsync(scopes, tokens);
        if (lease.IsSuccess)
            lease.Value.GiveBack();
        return lease.IsSuccess;
    }

    /// <summary>How many of so many calls at once pass; they run on.</summary>
    public async Task<int> AdmittedAsync(RateScopes scopes, int calls, int tokens = 1)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, calls).Select(_ => Task.Run(async () => await AcquireAsync(scopes, tokens))));
        return results.Count(result => result.IsSuccess);
    }

    public static async Task UntilAsync(Func<ValueTask<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            Assert.That(waited.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>Ends like a process that is killed: nothing is told to Redis.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leases.StopAsync(CancellationToken.None);
        _leases.Dispose();
        _local.Dispose();
        await _redis.DisposeAsync();
    }
}
