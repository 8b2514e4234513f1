using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Keeps the limits of organizations, teams and keys.</summary>
public interface IRateLimiter
{
    /// <summary>
    /// Takes one request, its estimated tokens and a parallel slot of every scope, or refuses and takes nothing of any
    /// (<c>rate_limit_exceeded</c>, with the wait after which the same call would pass).
    /// </summary>
    ValueTask<Result<IRateLease>> AcquireAsync(RateScopes scopes, int estimatedTokens, CancellationToken cancellationToken);
}

/// <summary>A running call's share of the limits; disposing it frees the parallel slots.</summary>
public interface IRateLease : IDisposable
{
    /// <summary>What was left when it was taken.</summary>
    RateStatus Status { get; }

    /// <summary>Undoes the whole acquisition: a call that was refused after all uses up nothing.</summary>
    void GiveBack();

    /// <summary>Replaces the estimate by what was used.</summary>
    void TrueUp(int actualTokens);
}
