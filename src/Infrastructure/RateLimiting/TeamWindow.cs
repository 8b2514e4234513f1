using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>What one team did within the last minute, and what it is doing now.</summary>
internal sealed class TeamWindow
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Queue<Lease> _recent = new();
    private int _requests;
    private long _tokens;
    private int _running;

    public Result<IRateLease> Acquire(TeamAccess team, int estimatedTokens, TimeProvider time)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            Forget(now);
            if (team.MaxParallel is { } parallel && _running >= parallel)
                return Refused($"At most {parallel} calls may run at the same time.", TimeSpan.FromSeconds(1));
            if (team.RpmLimit is { } requests && _requests >= requests)
                return Refused($"Rate limit exceeded: {requests} requests a minute.", FreedAt(_requests - requests + 1, now));

            // A request that alone exceeds the limit is let through an empty window: it could never pass otherwise.
            if (team.TpmLimit is { } tokens && _tokens > 0 && _tokens + estimatedTokens > tokens)
                return Refused($"Rate limit exceeded: {tokens} tokens a minute.", TokensFreedAt(_tokens + estimatedTokens - tokens, now));

            var lease = new Lease(this, now, estimatedTokens);
            _recent.Enqueue(lease);
            _requests++;
            _tokens += estimatedTokens;
            _running++;
            return lease;
        }
    }

    private static Error Refused(string message, TimeSpan retryAfter) =>
        new("rate_limit_exceeded", message, ErrorKind.TooManyRequests) { RetryAfter = retryAfter };

    private void Forget(DateTimeOffset now)
    {
        while (_recent.TryPeek(out var oldest) && now - oldest.At >= Minute)
        {
            _recent.Dequeue();
            oldest.Forgotten = true;
            _tokens -= oldest.Tokens;
            if (!oldest.GivenBack)
                _requests--;
        }
    }

    /// <summary>Time until the given number of requests has left the window.</summary>
    private TimeSpan FreedAt(int requests, DateTimeOffset now)
    {
        foreach (var lease in _recent)
        {
            if (!lease.GivenBack && --requests == 0)
                return lease.At + Minute - now;
        }

        return Minute;
    }

    /// <summary>Time until so many tokens have left the window.</summary>
    private TimeSpan TokensFreedAt(long tokens, DateTimeOffset now)
    {
        foreach (var lease in _recent)
        {
            tokens -= lease.Tokens;
            if (tokens <= 0)
                return lease.At + Minute - now;
        }

        return Minute;
    }

    private sealed class Lease(TeamWindow window, DateTimeOffset at, int tokens) : IRateLease
    {
        private bool _ended;

        public DateTimeOffset At { get; } = at;

        public int Tokens { get; private set; } = tokens;

        /// <summary>True once its minute is over: its tokens are no longer in the sum.</summary>
        public bool Forgotten { get; set; }

        /// <summary>True where it does not count as a request.</summary>
        public bool GivenBack { get; private set; }

        public void GiveBack()
        {
            TrueUp(0);
            lock (window._lock)
            {
                if (!GivenBack && !Forgotten)
                    window._requests--;
                GivenBack = true;
            }

            Dispose();
        }

        public void TrueUp(int actualTokens)
        {
            lock (window._lock)
            {
                if (!Forgotten)
                    window._tokens += actualTokens - Tokens;
                Tokens = actualTokens;
            }
        }

        public void Dispose()
        {
            lock (window._lock)
            {
                if (_ended)
                    return;

                _ended = true;
                window._running--;
            }
        }
    }
}
