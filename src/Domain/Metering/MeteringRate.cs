using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Metering;

/// <summary>What a metered call is charged, as a multiple of what the provider bills.</summary>
/// <param name="Power">The caller's choice.</param>
/// <param name="MarkupPercent">What the organization's tier adds, in percent; 0 or more.</param>
public readonly record struct MeteringRate(PowerLevel Power, decimal MarkupPercent)
{
    /// <summary>Credits that are worth one USD on the LLM API: a credit is 0.001 USD.</summary>
    public const decimal CreditsPerUsd = 1000;

    /// <summary>
    /// Provider cost × 1,000 × power multiplier × (1 + markup / 100), rounded half up to six decimals once at the end.
    /// </summary>
    /// <param name="costUsd">The provider's cost before any rounding, 0 or more.</param>
    public decimal Credits(decimal costUsd) => decimal.Round(
        costUsd * CreditsPerUsd * PowerLevels.MultiplierOf(Power) * (1 + (MarkupPercent / 100)), Money.CreditDecimals, MidpointRounding.AwayFromZero);

    public decimal Credits(ModelPrices prices, TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(prices);
        return Credits(prices.ExactCostUsd(usage));
    }
}
