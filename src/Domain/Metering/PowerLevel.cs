namespace SaasLlm.Domain.Metering;

/// <summary>What a caller of the LLM API wants more of: a low price or a good answer.</summary>
public enum PowerLevel
{
    /// <summary>The ordinary price and the ordinary model.</summary>
    Balanced,

    /// <summary>Half the price; prefers the cheapest model that fits.</summary>
    Eco,

    /// <summary>Twice the price; prefers the most capable model.</summary>
    Precision,
}

/// <summary>Names and multipliers of power levels.</summary>
public static class PowerLevels
{
    /// <summary>All names, for messages.</summary>
    public const string Rule = "must be eco, balanced or precision.";

    public static bool TryParse(string? name, out PowerLevel level)
    {
        (var known, level) = name switch
        {
            "eco" => (true, PowerLevel.Eco),
            "balanced" => (true, PowerLevel.Balanced),
            "precision" => (true, PowerLevel.Precision),
            _ => (false, default),
        };
        return known;
    }

    public static string NameOf(PowerLevel level) => level switch
    {
        PowerLevel.Eco => "eco",
        PowerLevel.Balanced => "balanced",
        PowerLevel.Precision => "precision",
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };

    /// <summary>By how much the provider's cost is multiplied.</summary>
    public static decimal MultiplierOf(PowerLevel level) => level switch
    {
        PowerLevel.Eco => 0.5m,
        PowerLevel.Balanced => 1,
        PowerLevel.Precision => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };
}
