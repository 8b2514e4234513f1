namespace SaasLlm.Domain.Catalog;

/// <summary>How the models of one priority share the calls of a group. It never decides between priorities.</summary>
public enum RoutingStrategy
{
    /// <summary>By chance, each as often as its weight says.</summary>
    Weighted,

    /// <summary>The one with the fewest calls in flight at this node; weights decide between equals.</summary>
    LeastBusy,

    /// <summary>The one that has lately answered fastest at this node, its calls in flight counted in.</summary>
    LowestLatency,
}

/// <summary>The names that the contract and the database use.</summary>
public static class RoutingStrategyNames
{
    public const string Default = "weighted";

    /// <summary>All names, for messages.</summary>
    public const string Rule = "must be weighted, least_busy or lowest_latency";

    public static bool TryParse(string? name, out RoutingStrategy strategy)
    {
        (var known, strategy) = name switch
        {
            "weighted" => (true, RoutingStrategy.Weighted),
            "least_busy" => (true, RoutingStrategy.LeastBusy),
            "lowest_latency" => (true, RoutingStrategy.LowestLatency),
            _ => (false, default),
        };
        return known;
    }

    public static RoutingStrategy Parse(string name) =>
        TryParse(name, out var strategy) ? strategy : throw new ArgumentException($"Unknown routing strategy '{name}'.", nameof(name));
}
