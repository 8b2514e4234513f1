namespace SaasLlm.Domain.Credits;

/// <summary>How much of a wallet a metered call holds while it runs.</summary>
public enum HoldPolicy
{
    /// <summary>What it will probably cost.</summary>
    Elastic,

    /// <summary>The most that it can cost.</summary>
    Strict,
}

/// <summary>The names that the contract and the database use.</summary>
public static class HoldPolicyNames
{
    /// <summary>All names, for messages.</summary>
    public const string Rule = "must be elastic or strict";

    public static bool TryParse(string? name, out HoldPolicy policy)
    {
        (var known, policy) = name switch
        {
            "elastic" => (true, HoldPolicy.Elastic),
            "strict" => (true, HoldPolicy.Strict),
            _ => (false, default),
        };
        return known;
    }

    public static HoldPolicy Parse(string name) =>
        TryParse(name, out var policy) ? policy : throw new ArgumentException($"Unknown hold policy '{name}'.", nameof(name));
}
