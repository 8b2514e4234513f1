using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Redis;

/// <summary>How many nodes share the work: by this a node divides a limit that it has to keep alone.</summary>
internal interface INodeCount
{
    /// <summary>Nodes with a heartbeat in Redis; the last known number while Redis is away; 1 without Redis. At least 1.</summary>
    int Count { get; }
}

/// <summary>Keeps this node's heartbeat, a member of one sorted set scored by Redis' own clock.</summary>
internal sealed class NodeCount(IRedis redis, TimeProvider time) : BackgroundService, INodeCount
{
    private const int LifetimeSeconds = 6;

    private const string Beat =
        """
        local now = tonumber(redis.call('time')[1])
        redis.call('zadd', KEYS[1], now, ARGV[1])
        redis.call('zremrangebyscore', KEYS[1], '-inf', now - tonumber(ARGV[2]))
        redis.call('expire', KEYS[1], 60)
        return redis.call('zcard', KEYS[1])
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly RedisKey[] _keys = [redis.Prefix + "nodes"];
    private readonly RedisValue[] _arguments = [Guid.CreateVersion7().ToString("n"), LifetimeSeconds];
    private volatile int _count = 1;

    public int Count => _count;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await redis.AskAsync(static (database, node) => database.SortedSetRemoveAsync(node._keys[0], node._arguments[0]), this);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                var beat = await redis.AskAsync(static (database, node) => database.ScriptEvaluateAsync(Beat, node._keys, node._arguments), this);
                if (beat.Answered)
                    _count = Math.Max(1, (int)beat.Value);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }
}
