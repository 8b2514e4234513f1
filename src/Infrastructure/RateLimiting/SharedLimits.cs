using System.Globalization;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using StackExchange.Redis;
using IRedis = SaasLlm.Infrastructure.Redis.IRedis;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>The limits as all nodes keep them together, in Redis: one script takes of every scope, or of none.</summary>
internal sealed class SharedLimits(IRedis redis, SharedLeases leases, LimiterMetrics metrics, TimeProvider time)
{
    private readonly string _node = Guid.CreateVersion7().ToString("n")[^12..] + "-";
    private long _lastLease;

    /// <summary>Whether it is worth asking.</summary>
    public bool IsAvailable => redis.IsAvailable;

    /// <summary>Asks once, and waits no longer than the time-out of Redis.</summary>
    public async ValueTask<SharedQuestion> AskAsync(RateScopes scopes, int tokens)
    {
        var question = Question(scopes, tokens);
        question.Answer = await redis.AskAsync(static (database, asked) => asked.Send(database), question) is { Answered: true, Value: var value }
            ? (long[]?)value
            : null;
        return question;
    }

    /// <summary>Null where Redis took it; else why it did not.</summary>
    public Error? RefusalOf(SharedQuestion question, long[] answer)
    {
        if (answer[0] == 0)
            return null;

        var wait = TimeSpan.FromMicroseconds(answer[0]);
        var (scope, by) = (question.ScopeAt((int)answer[2] - 1), (LimitedBy)answer[1]);
        metrics.Refused(scope.Kind, by);
        return Refusal.Of(scope, by, wait, StatusOf(question.Scopes, answer));
    }

    /// <summary>What the call now holds in Redis.</summary>
    public SharedLease Hold(SharedQuestion question, long[] answer)
    {
        var lease = new SharedLease(leases, question.Scopes, question.Keys, question.Lease, question.Tokens, answer);
        if (lease.HoldsSlots)
            leases.Watch(lease);
        return lease;
    }

    public RateStatus StatusOf(RateScopes scopes, long[] answer)
    {
        var clock = WallClock.Read(time, 0);
        var requests = default(RateLeft);
        var tokens = default(RateLeft);
        var at = SharedScripts.AcquireHead;
        for (var kind = RateScopeKind.Organization; kind <= RateScopeKind.Key; kind++)
        {
            if (scopes[kind] is not { Limits: var limits })
                continue;

            var reset = clock.InMicroseconds(answer[at + 2]);
            if (limits.RequestsPerMinute is { } perMinute)
                requests = requests.TighterOf(new RateLeft(perMinute, Math.Max(0, perMinute - answer[at + 1]), reset));
            if (limits is { RequestsPerMinute: not null, Burst: { } burst })
                requests = requests.TighterOf(new RateLeft(burst, Math.Max(0, burst - answer[at + 3]), clock.InMicroseconds(answer[at + 4])));
            if (limits.TokensPerMinute is { } tokensPerMinute)
                tokens = tokens.TighterOf(new RateLeft(tokensPerMinute, Math.Max(0, tokensPerMinute - answer[at + 5]), reset));
            at += SharedScripts.AcquireAnswers;
        }

        return new RateStatus(requests, tokens);
    }

    private SharedQuestion Question(RateScopes scopes, int tokens)
    {
        var count = (scopes.Organization is null ? 0 : 1) + (scopes.Team is null ? 0 : 1) + (scopes.Key is null ? 0 : 1);
        var keys = new RedisKey[2 * count];
        var arguments = new RedisValue[SharedScripts.AcquireHead + (SharedScripts.AcquireArguments * count)];
        var lease = (RedisValue)(_node + Interlocked.Increment(ref _lastLease).ToString("x", CultureInfo.InvariantCulture));
        arguments[0] = tokens;
        arguments[1] = lease;
        arguments[2] = leases.SlotLifetimeMs;
        var scope = 0;
        for (var kind = RateScopeKind.Organization; kind <= RateScopeKind.Key; kind++)
        {
            if (scopes[kind] is not { } held)
                continue;

            // The braces put all keys of one organization on one node of a cluster.
            var key = $"{redis.Prefix}limits:{{{held.OrganizationId}}}:{NameOf(kind)}:{held.Id}";
            keys[2 * scope] = key;
            keys[(2 * scope) + 1] = key + ":running";
            var at = SharedScripts.AcquireHead + (SharedScripts.AcquireArguments * scope);
            arguments[at] = held.Limits.RequestsPerMinute ?? 0;
            arguments[at + 1] = held.Limits.TokensPerMinute ?? 0;
            arguments[at + 2] = held.Limits.MaxParallel ?? 0;
            arguments[at + 3] = held.Limits.Burst ?? 0;
            scope++;
        }

        return new SharedQuestion(scopes, tokens, lease, keys, arguments);
    }

    private static string NameOf(RateScopeKind kind) => kind switch
    {
        RateScopeKind.Organization => "org",
        RateScopeKind.Team => "team",
        _ => "key",
    };
}

/// <summary>One acquisition as it is put to Redis.</summary>
internal sealed class SharedQuestion(RateScopes scopes, int tokens, RedisValue lease, RedisKey[] keys, RedisValue[] arguments)
{
    public RateScopes Scopes => scopes;

    public int Tokens => tokens;

    public RedisValue Lease => lease;

    public RedisKey[] Keys => keys;

    /// <summary>Null where none came in time.</summary>
    public long[]? Answer { get; set; }

    /// <summary>The command; null where it was never sent. It may be answered long after nobody waits any more.</summary>
    public Task<RedisResult>? Sent { get; private set; }

    public Task<RedisResult> Send(IDatabase database) => Sent = database.ScriptEvaluateAsync(SharedScripts.Acquire, keys, arguments);

    /// <param name="index">Among those that are not null.</param>
    public RateScope ScopeAt(int index)
    {
        for (var kind = RateScopeKind.Organization; kind <= RateScopeKind.Key; kind++)
        {
            if (scopes[kind] is { } scope && index-- == 0)
                return scope;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }
}
