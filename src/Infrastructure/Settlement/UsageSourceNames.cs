using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>The names that the database uses.</summary>
internal static class UsageSourceNames
{
    public static string Of(UsageSource source) => source switch
    {
        UsageSource.Upstream => "upstream",
        UsageSource.Delivered => "delivered",
        UsageSource.Drained => "drained",
        UsageSource.Estimated => "estimated",
        UsageSource.Unknown => "unknown",
        UsageSource.Cached => "cached",
        _ => throw new ArgumentOutOfRangeException(nameof(source)),
    };
}
