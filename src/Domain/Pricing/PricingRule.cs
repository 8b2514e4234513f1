namespace SaasLlm.Domain.Pricing;

/// <summary>
/// What customers are billed for jobs of a scope, from a moment on. Never changed: a newer rule of the same scope takes its
/// place from its own beginning.
/// </summary>
public sealed record PricingRule
{
    public const int DefaultDecimals = 6;
    public const int MaxDecimals = 10;

    /// <summary>No job is billed more than this, in USD, whatever its rule says: what its column holds.</summary>
    public const decimal MostUsd = 1_000_000_000m;

    public required Guid PricingRuleId { get; init; }

    public required PricingScope Scope { get; init; }

    public required PriceFormula Formula { get; init; }

    /// <summary>Least price, in USD, with no more decimals than <see cref="Decimals"/>.</summary>
    public decimal? MinimumUsd { get; init; }

    /// <summary>Highest price, in USD, with no more decimals than <see cref="Decimals"/>.</summary>
    public decimal? MaximumUsd { get; init; }

    /// <summary>Decimals of the price, 0 to 10.</summary>
    public int Decimals { get; init; } = DefaultDecimals;

    /// <summary>Inclusive.</summary>
    public required DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>Exclusive; null: no end.</summary>
    public DateTimeOffset? EffectiveTo { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public bool IsInForceAt(DateTimeOffset moment) => EffectiveFrom <= moment && (EffectiveTo is not { } end || moment < end);

    /// <summary>Kept within the bounds, then rounded once, half away from zero; since the bounds need no rounding, the price stays within them.</summary>
    public decimal PriceUsd(long totalTokens, decimal clientCostUsd)
    {
        var price = decimal.Max(Formula.PriceUsd(totalTokens, clientCostUsd), MinimumUsd ?? 0);
        return decimal.Round(decimal.Min(price, MaximumUsd ?? MostUsd), Decimals, MidpointRounding.AwayFromZero);
    }
}

/// <summary>Which jobs a rule is about: a team's, an organization's or everybody's, and of those one type or all.</summary>
/// <param name="OrganizationId">Null where a team is named: it belongs to one.</param>
public readonly record struct PricingScope(string? OrganizationId, string? TeamId, string? JobType);
