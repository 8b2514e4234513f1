namespace SaasLlm.Domain.Limits;

/// <summary>What is left of the tightest limits that apply to a call, its own share taken.</summary>
/// <param name="Requests">The requests limit of which the fewest are left.</param>
/// <param name="Tokens">The tokens limit of which the fewest are left.</param>
public readonly record struct RateStatus(RateLeft Requests, RateLeft Tokens);

/// <param name="Limit">0: nothing is limited.</param>
/// <param name="Remaining">Never below zero.</param>
/// <param name="ResetAt">Unix time in whole seconds, rounded up, at which the whole limit is there again if nothing else is used meanwhile.</param>
public readonly record struct RateLeft(long Limit, long Remaining, long ResetAt)
{
    /// <summary>The one that will stop a caller first; what does not limit never does.</summary>
    public RateLeft TighterOf(RateLeft other)
    {
        if (other.Limit == 0)
            return this;
        if (Limit == 0 || other.Remaining < Remaining)
            return other;

        return other.Remaining == Remaining && other.ResetAt > ResetAt ? other : this;
    }
}
