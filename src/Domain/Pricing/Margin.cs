namespace SaasLlm.Domain.Pricing;

/// <summary>What is left of what customers are billed.</summary>
public readonly record struct Margin(decimal RevenueUsd, decimal CostUsd)
{
    private const int PercentDecimals = 4;

    public decimal Usd => RevenueUsd - CostUsd;

    /// <summary>Of the revenue, with 4 decimals; null where there is none.</summary>
    public decimal? Percent =>
        RevenueUsd == 0 ? null : decimal.Round(Usd / RevenueUsd * 100, PercentDecimals, MidpointRounding.AwayFromZero);
}
