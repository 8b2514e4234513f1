namespace SaasLlm.Domain.Pricing;

/// <summary>How a job comes to its price, before that is kept within bounds and rounded.</summary>
public abstract record PriceFormula
{
    /// <param name="totalTokens">All tokens of the job's calls.</param>
    /// <param name="clientCostUsd">What its calls cost, as a client is to pay for them.</param>
    public abstract decimal PriceUsd(long totalTokens, decimal clientCostUsd);
}

/// <summary>The same for every job.</summary>
public sealed record FlatPrice(decimal Usd) : PriceFormula
{
    public override decimal PriceUsd(long totalTokens, decimal clientCostUsd) => Usd;
}

/// <summary>By the job's tokens: the price of the first tier that they are below.</summary>
/// <param name="Tiers">In ascending order; only the last has no bound.</param>
public sealed record TieredPrice(IReadOnlyList<PriceTier> Tiers) : PriceFormula
{
    public override decimal PriceUsd(long totalTokens, decimal clientCostUsd)
    {
        for (var i = 0; i < Tiers.Count - 1; i++)
        {
            if (totalTokens < Tiers[i].BelowTokens)
                return Tiers[i].PriceUsd;
        }

        return Tiers[^1].PriceUsd;
    }
}

/// <param name="BelowTokens">Exclusive; null: no bound.</param>
public sealed record PriceTier(long? BelowTokens, decimal PriceUsd);

/// <summary>What the job cost, and so many percent on top.</summary>
public sealed record MarkupPrice(decimal Percent) : PriceFormula
{
    public override decimal PriceUsd(long totalTokens, decimal clientCostUsd) => clientCostUsd * (100 + Percent) * 0.01m;
}
