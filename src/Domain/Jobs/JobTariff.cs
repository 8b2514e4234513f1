using SaasLlm.Domain.Teams;

namespace SaasLlm.Domain.Jobs;

/// <summary>What a job costs its team. Settled when the job is created.</summary>
/// <param name="Mode">Never <see cref="BudgetMode.Unlimited"/>: such a team's jobs are job based.</param>
/// <param name="Rate">Credits a dollar, or tokens a credit; above zero. Without meaning where a job costs one credit.</param>
public readonly record struct JobTariff(BudgetMode Mode, decimal Rate)
{
    /// <summary>Credits a dollar where a team says nothing else.</summary>
    public const decimal DefaultCreditsPerDollar = 10;

    /// <summary>Tokens a credit where a team says nothing else.</summary>
    public const int DefaultTokensPerCredit = 10_000;

    /// <summary>What every job costs at least, in credits; held from its creation.</summary>
    public const decimal LeastCredits = 1;

    /// <summary>True where a job costs more the more it uses.</summary>
    public bool IsByUse => Mode is BudgetMode.ConsumptionUsd or BudgetMode.ConsumptionTokens;

    public static JobTariff Of(BudgetMode mode, decimal creditsPerDollar, decimal tokensPerCredit) => mode switch
    {
        BudgetMode.ConsumptionUsd => new(mode, creditsPerDollar),
        BudgetMode.ConsumptionTokens => new(mode, tokensPerCredit),
        _ => default,
    };

    /// <summary>
    /// Job based: 1. By cost: ⌈USD × credits a dollar⌉. By tokens: ⌈tokens ÷ tokens a credit⌉. Whole credits, at least 1.
    /// </summary>
    public decimal Credits(JobUse use) => Mode switch
    {
        BudgetMode.ConsumptionUsd => Math.Max(LeastCredits, Math.Ceiling(use.ClientCostUsd * Rate)),
        BudgetMode.ConsumptionTokens => Math.Max(LeastCredits, Math.Ceiling(use.Tokens / Rate)),
        _ => LeastCredits,
    };
}

/// <summary>What calls used, or probably will.</summary>
/// <param name="ClientCostUsd">What the client is to pay for them, in USD.</param>
public readonly record struct JobUse(decimal ClientCostUsd, long Tokens)
{
    public static JobUse operator +(JobUse left, JobUse right) => Add(left, right);

    public static JobUse Add(JobUse left, JobUse right) => new(left.ClientCostUsd + right.ClientCostUsd, left.Tokens + right.Tokens);
}
