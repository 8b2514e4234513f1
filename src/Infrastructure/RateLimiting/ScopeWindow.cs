using SaasLlm.Domain.Limits;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>Which of a scope's limits refuses.</summary>
internal enum LimitedBy
{
    Requests = 1,
    Tokens = 2,
    Parallel = 3,
    Burst = 4,
}

/// <summary>What one scope did within the last minute on this node, and what it is doing now. Times are ticks of the time provider.</summary>
internal sealed class ScopeWindow(long minute, long second)
{
    private readonly UsageLog _log = new(minute);
    private int _running;

    /// <summary>When the burst's bucket is full again.</summary>
    private long _burstFullAt;

    /// <summary>Guards all else. Several are taken in the order of their scopes' kinds.</summary>
    public Lock Gate { get; } = new();

    /// <summary>True once it was forgotten: who still holds it must look for the new one.</summary>
    public bool Dead { get; private set; }

    /// <summary>Until then something that the other nodes do not know of is in this window.</summary>
    public long AloneUntil { get; set; }

    /// <summary>The longest wait that a limit asks for; zero where the call may pass.</summary>
    public (LimitedBy By, long Wait) Check(RateLimits limits, int tokens, long now)
    {
        _log.Forget(now);
        var longest = (By: default(LimitedBy), Wait: 0L);
        if (limits.MaxParallel is { } parallel && _running >= parallel)
            longest = (LimitedBy.Parallel, second);
        if (limits.RequestsPerMinute is { } requests && _log.Requests >= requests)
            longest = Longer(longest, LimitedBy.Requests, _log.RequestsLeaveAt(_log.Requests - requests + 1) - now);

        // A call that alone exceeds the limit is let through an empty window: it could never pass otherwise.
        if (limits.TokensPerMinute is { } perMinute && _log.Tokens > 0 && _log.Tokens + tokens > perMinute)
            longest = Longer(longest, LimitedBy.Tokens, _log.TokensLeaveAt(_log.Tokens + tokens - perMinute) - now);
        if (limits is { RequestsPerMinute: { } rate, Burst: { } burst })
            longest = Longer(longest, LimitedBy.Burst, _burstFullAt - now - ((burst - 1) * (minute / rate)));
        return longest;
    }

    /// <summary>Takes what was checked in the same lock; gives the number by which it can be changed.</summary>
    public long Take(RateLimits limits, int tokens, long now)
    {
        _running++;
        if (limits is { RequestsPerMinute: { } rate, Burst: not null })
            _burstFullAt = Math.Max(_burstFullAt, now) + (minute / rate);
        return _log.Add(now, 1, tokens, IsExact(limits));
    }

    public void ChangeTokens(RateLimits limits, long entry, int change, long now)
    {
        lock (Gate)
        {
            _log.Forget(now);

            // Its minute is over: what it used beyond its estimate has not been counted in any, so it counts from now on.
            if (!_log.Change(entry, 0, change) && change > 0)
                _log.Add(now, 0, change, IsExact(limits));
        }
    }

    public void EndCall()
    {
        lock (Gate)
            _running--;
    }

    public void GiveBack(RateLimits limits, long entry, int tokens, long now)
    {
        lock (Gate)
        {
            _running--;
            _log.Forget(now);

            // Once its minute is over, its place in the bucket was refilled long ago; what is used of it is others'.
            if (_log.Change(entry, -1, -tokens) && limits is { RequestsPerMinute: { } rate, Burst: not null })
                _burstFullAt -= minute / rate;
        }
    }

    /// <summary>True where nothing would be lost without it; it must not be used any more then.</summary>
    public bool TryRetire(long now)
    {
        lock (Gate)
        {
            _log.Forget(now);
            Dead = _running == 0 && _log.IsEmpty && _burstFullAt <= now && AloneUntil <= now;
            return Dead;
        }
    }

    /// <param name="limits">As the operator set them.</param>
    /// <param name="kept">As this node keeps them.</param>
    public RateStatus Status(RateLimits limits, RateLimits kept, long now, in WallClock clock)
    {
        var requests = default(RateLeft);
        if (limits.RequestsPerMinute is { } perMinute)
            requests = new RateLeft(perMinute, Math.Max(0, kept.RequestsPerMinute!.Value - _log.Requests), clock.UnixSeconds(_log.Requests == 0 ? now : _log.EmptyAt));
        if (limits is { RequestsPerMinute: not null, Burst: { } burst })
        {
            var interval = minute / kept.RequestsPerMinute!.Value;
            var used = (Math.Max(0, _burstFullAt - now) + interval - 1) / interval;
            requests = requests.TighterOf(new RateLeft(burst, Math.Max(0, kept.Burst!.Value - used), clock.UnixSeconds(Math.Max(_burstFullAt, now))));
        }

        return limits.TokensPerMinute is { } tokens
            ? new RateStatus(requests, new RateLeft(tokens, Math.Max(0, kept.TokensPerMinute!.Value - _log.Tokens), clock.UnixSeconds(_log.Tokens == 0 ? now : _log.EmptyAt)))
            : new RateStatus(requests, default);
    }

    private static bool IsExact(RateLimits limits) => limits.RequestsPerMinute <= UsageLog.Exact;

    private static (LimitedBy By, long Wait) Longer((LimitedBy By, long Wait) longest, LimitedBy by, long wait) =>
        wait > longest.Wait ? (by, wait) : longest;
}

/// <summary>Turns ticks into the Unix seconds that callers see.</summary>
/// <param name="Now">Ticks and wall time of the same moment.</param>
internal readonly record struct WallClock(long Now, long UnixMicroseconds, long TicksPerSecond)
{
    public static WallClock Read(TimeProvider time, long now) =>
        new(now, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, time.TimestampFrequency);

    /// <summary>Rounded up: at that second it is true.</summary>
    public long UnixSeconds(long at) => InMicroseconds((at - Now) * 1_000_000 / TicksPerSecond);

    public long InMicroseconds(long fromNow) => (UnixMicroseconds + fromNow + 999_999) / 1_000_000;
}
