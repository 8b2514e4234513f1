using System.ComponentModel.DataAnnotations;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>
/// How answers that may serve again are kept: configuration section <c>ResponseCache</c>. Whether they may is said by teams,
/// model groups and requests; by default none does.
/// </summary>
public sealed record ResponseCacheOptions
{
    public const string Section = "ResponseCache";

    /// <summary>Memory for answers on each node, in bytes; 0 to 1 TB, default 64 MB. The least recently used ones make room. With Redis they are kept there instead.</summary>
    [Range(0d, 1e12)]
    public long MaxMemoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Largest answer that is kept, in bytes; 1,024 to 64 MB, default 1 MB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxEntryBytes { get; init; } = 1024 * 1024;

    /// <summary>What a client pays for an answer from the cache, in percent of what the call would have cost; 0 to 100, default 0.</summary>
    [Range(0, 100)]
    public int ClientPricePercent { get; init; }
}
