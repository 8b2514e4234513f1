using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Requests a minute, tokens a minute and parallel calls of a team.</summary>
public interface IRateLimiter
{
    /// <summary>Takes one request, its estimated tokens and a parallel slot, or refuses and takes nothing.</summary>
    ValueTask<Result<IRateLease>> AcquireAsync(TeamAccess team, int estimatedTokens, CancellationToken cancellationToken);
}

/// <summary>A running call's share of the limits; disposing it frees the parallel slot.</summary>
public interface IRateLease : IDisposable
{
    /// <summary>Undoes the whole acquisition: a call that was refused after all uses up nothing.</summary>
    void GiveBack();

    /// <summary>Replaces the estimate by what was used.</summary>
    void TrueUp(int actualTokens);
}
