using System.Collections.Concurrent;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>Exact sliding windows of one minute, in this process. A refused request takes nothing.</summary>
internal sealed class LocalRateLimiter(TimeProvider time) : IRateLimiter
{
    private readonly ConcurrentDictionary<string, TeamWindow> _windows = new(StringComparer.Ordinal);

    public ValueTask<Result<IRateLease>> AcquireAsync(TeamAccess team, int estimatedTokens, CancellationToken cancellationToken)
    {
        if (team.RpmLimit is null && team.TpmLimit is null && team.MaxParallel is null)
            return new(Result<IRateLease>.Success(NoLimit.Instance));

        var window = _windows.GetOrAdd(team.TeamId, static _ => new TeamWindow());
        return new(window.Acquire(team, estimatedTokens, time));
    }

    private sealed class NoLimit : IRateLease
    {
        public static NoLimit Instance { get; } = new();

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
