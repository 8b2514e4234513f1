using System.Collections.Concurrent;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>Who else knows of a call.</summary>
internal enum Reach
{
    /// <summary>All nodes: this one keeps the whole limit.</summary>
    Together,

    /// <summary>No other node: now, and for a minute after it, this one keeps to its part of the limit.</summary>
    Alone,

    /// <summary>Perhaps all: this one keeps to its part of the limit for this call.</summary>
    Unsure,
}

/// <summary>The limits as this node can keep them by itself: exact sliding windows of one minute in its memory.</summary>
internal sealed class LocalLimits : IDisposable
{
    private readonly TimeProvider _time;
    private readonly LimiterMetrics _metrics;
    private readonly long _second;
    private readonly long _minute;
    private readonly ConcurrentDictionary<string, ScopeWindow>[] _windows =
        [new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal)];

    private readonly ITimer _sweep;

    public LocalLimits(TimeProvider time, LimiterMetrics metrics)
    {
        _time = time;
        _metrics = metrics;
        _second = time.TimestampFrequency;
        _minute = 60 * _second;
        _sweep = time.CreateTimer(static limits => ((LocalLimits)limits!).ForgetIdle(), this, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    /// <summary>Scopes that are remembered.</summary>
    public int Count => _windows[0].Count + _windows[1].Count + _windows[2].Count;

    /// <summary>Takes of every scope, or of none.</summary>
    /// <param name="nodes">How many share the limits.</param>
    public Result<RateLease> Acquire(RateScopes scopes, int tokens, int nodes, Reach reach)
    {
        Result<RateLease>? result;
        do
        {
            result = TryAcquire(
                scopes, Find(scopes.Organization), Find(scopes.Team), Find(scopes.Key), tokens, nodes, reach);
        }
        while (result is null);

        return result.Value;
    }

    /// <summary>Says that the other nodes do not know of something that this one admitted.</summary>
    public void MarkAlone(RateScopes scopes)
    {
        for (var kind = RateScopeKind.Organization; kind <= RateScopeKind.Key; kind++)
        {
            if (Find(scopes[kind]) is not { } window)
                continue;

            // One that was forgotten meanwhile holds nothing that anyone would have to know of.
            lock (window.Gate)
                window.AloneUntil = _time.GetTimestamp() + _minute;
        }
    }

    /// <summary>Drops the windows in which nothing is left to remember.</summary>
    public void ForgetIdle()
    {
        var now = _time.GetTimestamp();
        foreach (var windows in _windows)
        {
            foreach (var window in windows)
            {
                if (window.Value.TryRetire(now))
                    windows.TryRemove(window);
            }
        }
    }

    public void Dispose() => _sweep.Dispose();

    /// <summary>Null where a window was forgotten between finding and locking it.</summary>
    private Result<RateLease>? TryAcquire(
        RateScopes scopes, ScopeWindow? organization, ScopeWindow? team, ScopeWindow? key, int tokens, int nodes, Reach reach)
    {
        // Always in this order, so two calls never wait for each other.
        organization?.Gate.Enter();
        team?.Gate.Enter();
        key?.Gate.Enter();
        try
        {
            if (organization is { Dead: true } || team is { Dead: true } || key is { Dead: true })
                return null;

            return Take(scopes, [organization, team, key], tokens, nodes, reach);
        }
        finally
        {
            key?.Gate.Exit();
            team?.Gate.Exit();
            organization?.Gate.Exit();
        }
    }

    private Result<RateLease> Take(RateScopes scopes, ReadOnlySpan<ScopeWindow?> windows, int tokens, int nodes, Reach reach)
    {
        // Read under the locks: a window's times must not run backwards.
        var now = _time.GetTimestamp();
        var refusing = default(RateScope);
        var longest = (By: default(LimitedBy), Wait: 0L);
        for (var kind = 0; kind < windows.Length; kind++)
        {
            if (windows[kind] is not { } window)
                continue;

            var scope = scopes[(RateScopeKind)kind]!;
            var check = window.Check(Kept(scope, window, nodes, reach, now), tokens, now);
            if (check.Wait > longest.Wait)
                (refusing, longest) = (scope, check);
        }

        if (refusing is not null)
        {
            _metrics.Refused(refusing.Kind, longest.By);
            return Refusal.Of(refusing, longest.By, InTime(longest.Wait), StatusOf(scopes, windows, nodes, reach, now));
        }

        var lease = new RateLease(_time, tokens);
        for (var kind = 0; kind < windows.Length; kind++)
        {
            if (windows[kind] is not { } window)
                continue;

            var kept = Kept(scopes[(RateScopeKind)kind]!, window, nodes, reach, now);
            lease.Hold((RateScopeKind)kind, window, kept, window.Take(kept, tokens, now));
            if (reach == Reach.Alone)
                window.AloneUntil = now + _minute;
        }

        lease.Status = StatusOf(scopes, windows, nodes, reach, now);
        return lease;
    }

    private RateStatus StatusOf(RateScopes scopes, ReadOnlySpan<ScopeWindow?> windows, int nodes, Reach reach, long now)
    {
        var clock = WallClock.Read(_time, now);
        var tightest = default(RateStatus);
        for (var kind = 0; kind < windows.Length; kind++)
        {
            if (windows[kind] is not { } window)
                continue;

            var scope = scopes[(RateScopeKind)kind]!;
            var status = window.Status(scope.Limits, Kept(scope, window, nodes, reach, now), now, clock);
            tightest = new RateStatus(tightest.Requests.TighterOf(status.Requests), tightest.Tokens.TighterOf(status.Tokens));
        }

        return tightest;
    }

    /// <summary>Rounded up: after it, it is true.</summary>
    private TimeSpan InTime(long wait) => TimeSpan.FromTicks((long)Math.Ceiling((double)wait * TimeSpan.TicksPerSecond / _second));

    private static RateLimits Kept(RateScope scope, ScopeWindow window, int nodes, Reach reach, long now) =>
        reach != Reach.Together || window.AloneUntil > now ? scope.Limits.ShareOf(nodes) : scope.Limits;

    private ScopeWindow? Find(RateScope? scope) =>
        scope is null ? null : _windows[(int)scope.Kind].GetOrAdd(scope.Id, static (_, limits) => new ScopeWindow(limits._minute, limits._second), this);
}
