using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>Configuration section <c>RateLimiting</c>.</summary>
public sealed record RateLimitingOptions
{
    public const string Section = "RateLimiting";

    /// <summary>
    /// After how many seconds Redis frees the parallel slots of a node that died; running calls renew theirs three times in this.
    /// 1 to 3,600, default 30.
    /// </summary>
    [Range(1, 3600)]
    public int SlotLifetimeSeconds { get; init; } = 30;
}
