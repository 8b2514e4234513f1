using SaasLlm.Domain.Limits;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>What a running call holds in Redis.</summary>
/// <param name="keys">Log and slots of each scope.</param>
/// <param name="answer">What the acquisition answered.</param>
internal sealed class SharedLease(SharedLeases leases, RateScopes scopes, RedisKey[] keys, RedisValue id, int tokens, long[] answer)
{
    private int _change;
    private bool _givenBack;
    private volatile bool _ended;

    public RedisKey[] Keys => keys;

    public RedisValue Id => id;

    public bool HoldsSlots { get; } = Any(scopes, static limits => limits.MaxParallel is not null);

    /// <summary>True once the call is over: nothing is renewed any more.</summary>
    public bool HasEnded => _ended;

    /// <summary>When its slots are to be renewed, or given up; ticks.</summary>
    public long DueAt { get; set; }

    /// <summary>The command that told of its end; null where none has left this node.</summary>
    public Task<RedisResult>? Sent { get; set; }

    private bool CountsTokens { get; } = Any(scopes, static limits => limits.TokensPerMinute is not null);

    public void TrueUp(int change) => _change += change;

    public void End()
    {
        _ended = true;
        if (HoldsSlots || (CountsTokens && _change != 0))
            leases.End(this);
    }

    public void GiveBack()
    {
        _givenBack = true;
        _ended = true;
        leases.End(this);
    }

    /// <summary>The call has been counted; only its slots are free.</summary>
    public void Release()
    {
        _change = 0;
        End();
    }

    /// <summary>What the end of the call may do a second time, where nobody knows whether Redis did it.</summary>
    public void KeepOnlyRelease()
    {
        _change = 0;
        _givenBack = false;
    }

    /// <summary>Tells Redis of its end.</summary>
    public Task<RedisResult> Send(IDatabase database) => Sent = database.ScriptEvaluateAsync(SharedScripts.End, keys, EndArguments());

    private RedisValue[] EndArguments()
    {
        var arguments = new RedisValue[3 + (SharedScripts.EndArguments * keys.Length / 2)];
        arguments[0] = id;
        arguments[1] = _givenBack ? -tokens : _change;
        arguments[2] = _givenBack ? 1 : 0;
        var scope = 0;
        for (var kind = RateScopeKind.Organization; kind <= RateScopeKind.Key; kind++)
        {
            if (scopes[kind] is not { } held)
                continue;

            var interval = _givenBack && held.Limits is { RequestsPerMinute: { } rate, Burst: not null } ? 60_000_000d / rate : 0;
            var at = 3 + (SharedScripts.EndArguments * scope);
            arguments[at] = answer[SharedScripts.AcquireHead + (SharedScripts.AcquireAnswers * scope)];
            arguments[at + 1] = interval;
            arguments[at + 2] = held.Limits.RequestsPerMinute <= SharedScripts.Exact ? 1 : 0;
            scope++;
        }

        return arguments;
    }

    /// <summary>The keys of its slots: every second one.</summary>
    public RedisKey[] SlotKeys()
    {
        var slots = new List<RedisKey>(3);
        var scope = 0;
        for (var kind = RateScopeKind.Organization; kind <= RateScopeKind.Key; kind++)
        {
            if (scopes[kind] is not { } held)
                continue;

            if (held.Limits.MaxParallel is not null)
                slots.Add(keys[(2 * scope) + 1]);
            scope++;
        }

        return [.. slots];
    }

    private static bool Any(RateScopes scopes, Func<RateLimits, bool> has) =>
        (scopes.Organization is { } organization && has(organization.Limits))
        || (scopes.Team is { } team && has(team.Limits))
        || (scopes.Key is { } key && has(key.Limits));
}
