using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Domain.Pricing;

namespace SaasLlm.Domain.Tests.Pricing;

/// <summary>Rules and jobs, by hand and by chance.</summary>
internal static class Any
{
    public static DateTimeOffset Noon { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static PriceFormula SeedTiers { get; } =
        new TieredPrice([new PriceTier(1000, 0.05m), new PriceTier(5000, 0.15m), new PriceTier(null, 0.30m)]);

    public static PricingRule Rule(PriceFormula formula, string? organization = null, string? team = null, string? type = null, int hour = -1) => new()
    {
        PricingRuleId = Guid.CreateVersion7(),
        Scope = new PricingScope(organization, team, type),
        Formula = formula,
        EffectiveFrom = Noon.AddHours(hour),
        CreatedAt = Noon.AddHours(hour),
    };

    public static BilledJob Job(long tokens = 1, decimal costUsd = 1, int hour = 0) => new("acme", "hr", "scan", Noon.AddHours(hour), tokens, costUsd);

    private static readonly Gen<decimal> Money = Gen.OneOf(
        Gen.Choose(0, 100).Select(cents => cents / 100m),
        Gen.Choose(0, int.MaxValue).Select(units => units / 10_000_000_000m),
        Gen.Choose(0, int.MaxValue).Select(units => units / 1000m));

    private static readonly Gen<decimal> Percent = Gen.OneOf(Gen.Choose(0, 300).Select(percent => (decimal)percent), Gen.Choose(0, 100_000_000).Select(units => units / 10_000m));

    private static readonly Gen<PriceFormula> Tiered =
        from bounds in Gen.Choose(1, 200_000).ListOf()
        let steps = bounds.Distinct().Order().ToArray()
        from prices in Money.ListOf(steps.Length + 1)
        select (PriceFormula)new TieredPrice([.. prices.Order().Select((price, i) => new PriceTier(i < steps.Length ? steps[i] : null, price))]);

    private static readonly Gen<PriceFormula> Formula = Gen.OneOf(
        Money.Select(usd => (PriceFormula)new FlatPrice(usd)), Tiered, Percent.Select(percent => (PriceFormula)new MarkupPrice(percent)));

    /// <summary>Rules as the service accepts them, with tiers that grow dearer.</summary>
    internal static class Rules
    {
        public static Arbitrary<PricingRule> All() => Arb.From(
            from formula in Formula
            from decimals in Gen.Choose(0, PricingRule.MaxDecimals)
            from least in Gen.OneOf(Gen.Constant((decimal?)null), Money.Select(usd => (decimal?)decimal.Round(usd, decimals)))
            from more in Gen.OneOf(Gen.Constant((decimal?)null), Money.Select(usd => (decimal?)decimal.Round(usd, decimals)))
            select Rule(formula) with { Decimals = decimals, MinimumUsd = least, MaximumUsd = more is null ? null : (least ?? 0) + more });

        public static Arbitrary<Work> Jobs() => Arb.From(
            from tokens in Gen.Choose(0, 300_000)
            from cost in Money
            select new Work(tokens, cost));
    }

    internal sealed record Work(long Tokens, decimal CostUsd);
}
