using SaasLlm.Application.Shared;
using SaasLlm.Domain.Pricing;

namespace SaasLlm.Application.Pricing;

/// <summary>A pricing rule as the API shows it.</summary>
public sealed record PricingRuleResponse
{
    public required Guid PricingRuleId { get; init; }

    public string? OrganizationId { get; init; }

    public string? TeamId { get; init; }

    public string? JobType { get; init; }

    /// <summary><c>flat</c>, <c>tiered</c> or <c>markup</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Of a flat rule.</summary>
    public decimal? PriceUsd { get; init; }

    /// <summary>Of a tiered rule.</summary>
    public IReadOnlyList<PriceTier>? Tiers { get; init; }

    /// <summary>Of a markup rule.</summary>
    public decimal? MarkupPercent { get; init; }

    public decimal? MinimumUsd { get; init; }

    public decimal? MaximumUsd { get; init; }

    /// <summary>Decimals that its prices are rounded to, half away from zero.</summary>
    public required int Decimals { get; init; }

    /// <summary>Inclusive: jobs created from then on.</summary>
    public required DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>Exclusive; null: no end.</summary>
    public DateTimeOffset? EffectiveTo { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One page of rules, newest first.</summary>
public sealed record PricingRuleList(IReadOnlyList<PricingRuleResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<PricingRuleResponse> Rules => Data;
}

internal static class PricingRuleResponses
{
    public static PricingRuleResponse ToResponse(this PricingRule rule) => new()
    {
        PricingRuleId = rule.PricingRuleId,
        OrganizationId = rule.Scope.OrganizationId,
        TeamId = rule.Scope.TeamId,
        JobType = rule.Scope.JobType,
        Kind = PricingKind.Of(rule.Formula),
        PriceUsd = (rule.Formula as FlatPrice)?.Usd,
        Tiers = (rule.Formula as TieredPrice)?.Tiers,
        MarkupPercent = (rule.Formula as MarkupPrice)?.Percent,
        MinimumUsd = rule.MinimumUsd,
        MaximumUsd = rule.MaximumUsd,
        Decimals = rule.Decimals,
        EffectiveFrom = rule.EffectiveFrom,
        EffectiveTo = rule.EffectiveTo,
        CreatedAt = rule.CreatedAt,
    };
}
