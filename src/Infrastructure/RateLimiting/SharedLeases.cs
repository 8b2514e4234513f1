using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using IRedis = SaasLlm.Infrastructure.Redis.IRedis;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>
/// Tells Redis of calls that ended, without making anyone wait, and renews the slots of those that still run. What Redis does not
/// hear of rights itself: a slot expires, an estimate leaves with its minute.
/// </summary>
internal sealed class SharedLeases(IRedis redis, IOptions<RateLimitingOptions> options, TimeProvider time) : BackgroundService
{
    /// <summary>Ended calls that wait to be told, at most.</summary>
    private const int Capacity = 16_384;

    /// <summary>Commands on their way at the same time.</summary>
    private const int BatchSize = 64;

    private readonly TimeSpan _slotLifetime = TimeSpan.FromSeconds(options.Value.SlotLifetimeSeconds);
    private readonly ConcurrentDictionary<SharedLease, bool> _running = new();
    private readonly ConcurrentQueue<SharedLease> _unanswered = new();
    private readonly Channel<SharedLease> _ended = Channel.CreateBounded<SharedLease>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public int SlotLifetimeMs => (int)_slotLifetime.TotalMilliseconds;

    public void Watch(SharedLease lease)
    {
        lease.DueAt = In(_slotLifetime / 3);
        _running.TryAdd(lease, true);
    }

    public void End(SharedLease lease)
    {
        if (lease.HoldsSlots)
            _running.TryRemove(lease, out _);

        lease.DueAt = In(_slotLifetime);
        _ended.Writer.TryWrite(lease);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellAsync(stoppingToken), RenewAsync(stoppingToken));

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Task>(BatchSize);
        try
        {
            while (await _ended.Reader.WaitToReadAsync(stoppingToken))
            {
                while (batch.Count < BatchSize && _ended.Reader.TryRead(out var lease))
                    batch.Add(TellAsync(lease));
                await Task.WhenAll(batch);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; slots expire.
        }
    }

    private async Task TellAsync(SharedLease lease)
    {
        lease.Sent = null;
        var told = await redis.AskAsync(static (database, ended) => ended.Send(database), lease);
        if (told.Answered)
            return;

        if (lease.Sent is { } sent)
            _ = AwaitLateAsync(sent, lease);
        else
            _unanswered.Enqueue(lease);
    }

    /// <summary>Redis may be slow, and do it yet.</summary>
    private async Task AwaitLateAsync(Task<RedisResult> sent, SharedLease lease)
    {
        try
        {
            await sent;
        }
        catch (Exception exception) when (exception is RedisException or ObjectDisposedException or OperationCanceledException)
        {
            // Counting twice would be worse than not correcting an estimate; freeing a slot twice does no harm.
            lease.KeepOnlyRelease();
            if (lease.HoldsSlots)
                _unanswered.Enqueue(lease);
        }
    }

    private async Task RenewAsync(CancellationToken stoppingToken)
    {
        var period = _slotLifetime / 6;
        using var timer = new PeriodicTimer(period < TimeSpan.FromSeconds(1) ? period : TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!redis.IsAvailable)
                    continue;

                TellAgain();
                await RenewDueAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; slots expire.
        }
    }

    private void TellAgain()
    {
        for (var count = _unanswered.Count; count > 0 && _unanswered.TryDequeue(out var lease); count--)
        {
            // Past that time its slots have expired by themselves, and most of its minute is over.
            if (time.GetTimestamp() < lease.DueAt)
                _ended.Writer.TryWrite(lease);
        }
    }

    private async Task RenewDueAsync()
    {
        var batch = new List<Task>(BatchSize);
        foreach (var (lease, _) in _running)
        {
            if (lease.HasEnded || time.GetTimestamp() < lease.DueAt)
                continue;

            batch.Add(RenewAsync(lease));
            if (batch.Count < BatchSize)
                continue;

            await Task.WhenAll(batch);
            batch.Clear();
        }

        await Task.WhenAll(batch);
    }

    private async Task RenewAsync(SharedLease lease)
    {
        var renewed = await redis.AskAsync(
            static (database, asked) => database.ScriptEvaluateAsync(SharedScripts.Renew, asked.Lease.SlotKeys(), [asked.Lease.Id, asked.Lifetime]),
            (Lease: lease, Lifetime: SlotLifetimeMs));
        if (lease.HasEnded)
        {
            // Its end may have been told before the renewal, which would then hold the slots for a dead call.
            await redis.AskAsync(static (database, ended) => database.ScriptEvaluateAsync(SharedScripts.Free, ended.SlotKeys(), [ended.Id]), lease);
        }
        else if (renewed.Answered)
        {
            lease.DueAt = In(_slotLifetime / 3);
        }
    }

    private long In(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
}
