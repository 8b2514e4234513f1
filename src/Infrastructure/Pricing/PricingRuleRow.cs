using SaasLlm.Domain.Pricing;

namespace SaasLlm.Infrastructure.Pricing;

/// <summary>A row of <c>pricing_rules</c>.</summary>
internal sealed record PricingRuleRow
{
    public const string Columns =
        """
            pricing_rule_id, organization_id, team_id, job_type, kind, price_usd, tier_bounds, tier_prices_usd, markup_percent,
            minimum_usd, maximum_usd, decimals, effective_from, effective_to, created_at
        """;

    public Guid PricingRuleId { get; init; }

    public string? OrganizationId { get; init; }

    public string? TeamId { get; init; }

    public string? JobType { get; init; }

    public string Kind { get; init; } = "";

    public decimal? PriceUsd { get; init; }

    public long[]? TierBounds { get; init; }

    public decimal[]? TierPricesUsd { get; init; }

    public decimal? MarkupPercent { get; init; }

    public decimal? MinimumUsd { get; init; }

    public decimal? MaximumUsd { get; init; }

    public int Decimals { get; init; }

    public DateTimeOffset EffectiveFrom { get; init; }

    public DateTimeOffset? EffectiveTo { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public static PricingRuleRow Of(PricingRule rule)
    {
        var tiers = (rule.Formula as TieredPrice)?.Tiers;
        return new PricingRuleRow
        {
            PricingRuleId = rule.PricingRuleId,
            OrganizationId = rule.Scope.OrganizationId,
            TeamId = rule.Scope.TeamId,
            JobType = rule.Scope.JobType,
            Kind = PricingKind.Of(rule.Formula),
            PriceUsd = (rule.Formula as FlatPrice)?.Usd,
            TierBounds = tiers is null ? null : [.. tiers.Select(tier => tier.BelowTokens).OfType<long>()],
            TierPricesUsd = tiers is null ? null : [.. tiers.Select(tier => tier.PriceUsd)],
            MarkupPercent = (rule.Formula as MarkupPrice)?.Percent,
            MinimumUsd = rule.MinimumUsd,
            MaximumUsd = rule.MaximumUsd,
            Decimals = rule.Decimals,
            EffectiveFrom = rule.EffectiveFrom,
            EffectiveTo = rule.EffectiveTo,
            CreatedAt = rule.CreatedAt,
        };
    }

    public PricingRule ToRule() => new()
    {
        PricingRuleId = PricingRuleId,
        Scope = new PricingScope(OrganizationId, TeamId, JobType),
        Formula = Kind switch
        {
            PricingKind.Flat => new FlatPrice(PriceUsd!.Value),
            PricingKind.Tiered => new TieredPrice(
                [.. TierPricesUsd!.Select((price, i) => new PriceTier(i < TierBounds!.Length ? TierBounds[i] : null, price))]),
            PricingKind.Markup => new MarkupPrice(MarkupPercent!.Value),
            _ => throw new InvalidOperationException($"Unknown kind of pricing rule '{Kind}'."),
        },
        MinimumUsd = MinimumUsd,
        MaximumUsd = MaximumUsd,
        Decimals = Decimals,
        EffectiveFrom = EffectiveFrom,
        EffectiveTo = EffectiveTo,
        CreatedAt = CreatedAt,
    };
}
