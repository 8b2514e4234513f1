using SaasLlm.Application.Ports;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Redis;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>
/// Takes of this node's windows first, then of those in Redis where it is there. So this node always knows what it admitted
/// itself, and when Redis goes or comes back no minute begins anew.
/// </summary>
internal sealed class RateLimiter(LocalLimits local, SharedLimits shared, INodeCount nodes) : IRateLimiter
{
    public ValueTask<Result<IRateLease>> AcquireAsync(RateScopes scopes, int estimatedTokens, CancellationToken cancellationToken)
    {
        if (scopes.LimitNothing)
            return new(Result<IRateLease>.Success(NoLimit.Instance));

        var together = shared.IsAvailable;
        var taken = local.Acquire(scopes, estimatedTokens, nodes.Count, together ? Reach.Together : Reach.Alone);
        if (!taken.IsSuccess)
            return new(taken.Error);

        return together ? new(AskAsync(scopes, estimatedTokens, taken.Value)) : new(Result<IRateLease>.Success(taken.Value));
    }

    /// <summary>Asks Redis for what this node has already taken of its own.</summary>
    private async Task<Result<IRateLease>> AskAsync(RateScopes scopes, int estimatedTokens, RateLease lease)
    {
        var question = await shared.AskAsync(scopes, estimatedTokens);
        if (question.Answer is not { } answer)
            return GoOnAlone(question, lease);

        if (shared.RefusalOf(question, answer) is { } refusal)
        {
            lease.GiveBack();
            return refusal;
        }

        lease.Status = shared.StatusOf(scopes, answer);
        lease.Shared = shared.Hold(question, answer);
        return lease;
    }

    /// <summary>No answer came in time: this node decides for its part of the limits.</summary>
    private Result<IRateLease> GoOnAlone(SharedQuestion question, RateLease lease)
    {
        lease.GiveBack();
        var alone = local.Acquire(question.Scopes, question.Tokens, nodes.Count, question.Sent is null ? Reach.Alone : Reach.Unsure);
        if (question.Sent is { } sent)
            _ = SettleLateAsync(sent, question, alone.IsSuccess);
        return alone.IsSuccess ? Result<IRateLease>.Success(alone.Value) : alone.Error;
    }

    /// <summary>Makes what Redis did after all agree with what this node did meanwhile.</summary>
    private async Task SettleLateAsync(Task<RedisResult> sent, SharedQuestion question, bool admitted)
    {
        try
        {
            var answer = (long[])await sent;
            if (answer[0] == 0 && admitted)
                shared.Hold(question, answer).Release();
            else if (answer[0] == 0)
                shared.Hold(question, answer).GiveBack();
            else if (admitted)
                local.MarkAlone(question.Scopes);
        }
        catch (Exception exception) when (exception is RedisException or ObjectDisposedException or OperationCanceledException)
        {
            if (admitted)
                local.MarkAlone(question.Scopes);
        }
    }

    private sealed class NoLimit : IRateLease
    {
        public static NoLimit Instance { get; } = new();

        public RateStatus Status => default;

        public void GiveBack()
        {
        }

        public void TrueUp(int actualTokens)
        {
        }

        public void Dispose()
        {
        }
    }
}
