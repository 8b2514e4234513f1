namespace SaasLlm.Domain.Limits;

/// <summary>What one organization, team or key may do; null: no limit of that sort.</summary>
/// <param name="RequestsPerMinute">Calls within any minute.</param>
/// <param name="TokensPerMinute">Tokens within any minute, prompts and answers together.</param>
/// <param name="MaxParallel">Calls that run at the same time.</param>
/// <param name="Burst">
/// Calls at once: the size of a bucket that is refilled evenly, at <paramref name="RequestsPerMinute"/>; it means nothing without that.
/// </param>
public sealed record RateLimits(int? RequestsPerMinute = null, int? TokensPerMinute = null, int? MaxParallel = null, int? Burst = null)
{
    public bool LimitNothing => RequestsPerMinute is null && TokensPerMinute is null && MaxParallel is null;

    /// <summary>One node's part of these limits where several nodes must keep them without asking each other: rounded up, so never nothing.</summary>
    public RateLimits ShareOf(int nodes) =>
        nodes <= 1 ? this : new(Share(RequestsPerMinute, nodes), Share(TokensPerMinute, nodes), Share(MaxParallel, nodes), Share(Burst, nodes));

    private static int? Share(int? limit, int nodes) => limit is { } whole ? (int)(((long)whole + nodes - 1) / nodes) : null;
}
