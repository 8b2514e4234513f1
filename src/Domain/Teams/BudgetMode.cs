namespace SaasLlm.Domain.Teams;

/// <summary>How a team pays for its jobs.</summary>
public enum BudgetMode
{
    /// <summary>One credit for each job that completes without a failed call.</summary>
    JobBased,

    /// <summary>By what its calls cost the client.</summary>
    ConsumptionUsd,

    /// <summary>By the tokens that its calls used.</summary>
    ConsumptionTokens,

    /// <summary>As <see cref="JobBased"/>, but nothing is refused for want of credits.</summary>
    Unlimited,
}

/// <summary>The names that the contract and the database use.</summary>
public static class BudgetModeNames
{
    /// <summary>All names, for messages.</summary>
    public const string Rule = "must be job_based, consumption_usd, consumption_tokens or unlimited";

    public static string Of(BudgetMode mode) => mode switch
    {
        BudgetMode.JobBased => "job_based",
        BudgetMode.ConsumptionUsd => "consumption_usd",
        BudgetMode.ConsumptionTokens => "consumption_tokens",
        BudgetMode.Unlimited => "unlimited",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    public static bool TryParse(string? name, out BudgetMode mode)
    {
        (var known, mode) = name switch
        {
            "job_based" => (true, BudgetMode.JobBased),
            "consumption_usd" => (true, BudgetMode.ConsumptionUsd),
            "consumption_tokens" => (true, BudgetMode.ConsumptionTokens),
            "unlimited" => (true, BudgetMode.Unlimited),
            _ => (false, default),
        };
        return known;
    }

    public static BudgetMode Parse(string name) =>
        TryParse(name, out var mode) ? mode : throw new ArgumentException($"Unknown budget mode '{name}'.", nameof(name));
}
