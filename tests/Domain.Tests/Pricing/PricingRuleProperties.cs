using FsCheck.Fluent;
using SaasLlm.Domain.Pricing;
using HoldsForAll = FsCheck.NUnit.PropertyAttribute;

namespace SaasLlm.Domain.Tests.Pricing;

/// <summary>What holds of every price, whatever the rule and the job.</summary>
internal sealed class PricingRuleProperties
{
    [HoldsForAll(MaxTest = 1000, Arbitrary = new[] { typeof(Any.Rules) })]
    public void Price_Always_LiesWithinItsBoundsAndIsNeverNegative(PricingRule rule, Any.Work job)
    {
        var price = rule.PriceUsd(job.Tokens, job.CostUsd);

        Assert.That(price, Is.InRange(rule.MinimumUsd ?? 0, rule.MaximumUsd ?? PricingRule.MostUsd));
    }

    [HoldsForAll(MaxTest = 1000, Arbitrary = new[] { typeof(Any.Rules) })]
    public void Price_Always_HasNoMoreDecimalsThanItsRuleSays(PricingRule rule, Any.Work job)
    {
        var price = rule.PriceUsd(job.Tokens, job.CostUsd);

        Assert.That(decimal.Round(price, rule.Decimals), Is.EqualTo(price));
    }

    [HoldsForAll(MaxTest = 1000, Arbitrary = new[] { typeof(Any.Rules) })]
    public void Price_WhenNoBoundIsReached_IsOffByHalfAUnitOfItsLastDecimalAtMost(PricingRule rule, Any.Work job)
    {
        rule = rule with { MinimumUsd = null, MaximumUsd = null };
        var exact = rule.Formula.PriceUsd(job.Tokens, job.CostUsd);
        var unit = 1m;
        for (var i = 0; i < rule.Decimals; i++)
            unit /= 10;

        Assert.That(decimal.Abs(rule.PriceUsd(job.Tokens, job.CostUsd) - exact), Is.LessThanOrEqualTo(unit / 2));
    }

    [HoldsForAll(MaxTest = 1000, Arbitrary = new[] { typeof(Any.Rules) })]
    public void Price_WhenTheJobIsLarger_IsNotLess(PricingRule rule, Any.Work one, Any.Work other)
    {
        var less = rule.PriceUsd(Math.Min(one.Tokens, other.Tokens), decimal.Min(one.CostUsd, other.CostUsd));
        var more = rule.PriceUsd(Math.Max(one.Tokens, other.Tokens), decimal.Max(one.CostUsd, other.CostUsd));

        Assert.That(less, Is.LessThanOrEqualTo(more));
    }

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Any.Rules) })]
    public void Price_WhenTiered_ChangesExactlyAtTheBound(PricingRule rule)
    {
        if (rule.Formula is not TieredPrice tiered)
            return;

        for (var i = 0; i < tiered.Tiers.Count - 1; i++)
        {
            var bound = tiered.Tiers[i].BelowTokens!.Value;

            Assert.That(tiered.PriceUsd(bound - 1, 0), Is.EqualTo(tiered.Tiers[i].PriceUsd));
            Assert.That(tiered.PriceUsd(bound, 0), Is.EqualTo(tiered.Tiers[i + 1].PriceUsd));
        }
    }

    [TestCase(0, "0.05")]
    [TestCase(999, "0.05")]
    [TestCase(1000, "0.15")]
    [TestCase(4999, "0.15")]
    [TestCase(5000, "0.30")]
    [TestCase(7650, "0.30")]
    public void Price_ByThreeTiers_IsThatOfTheFirstThatTheTokensAreBelow(long tokens, string usd) =>
        Assert.That(Any.Rule(Any.SeedTiers).PriceUsd(tokens, 0.0234m), Is.EqualTo(decimal.Parse(usd)));

    [TestCase("0.0234", "50", 2, "0.04", Description = "0.0351")]
    [TestCase("0.0234", "50", 6, "0.0351")]
    [TestCase("0.01", "50", 2, "0.02", Description = "0.015: a half goes away from zero")]
    [TestCase("0.03", "50", 2, "0.05", Description = "0.045: up also where the even digit is below")]
    [TestCase("0.0000000001", "0", 10, "0.0000000001")]
    [TestCase("0.5", "0", 0, "1")]
    [TestCase("0", "100", 6, "0")]
    public void Price_ByMarkup_IsTheCostAndSoMuchOnTop(string costUsd, string percent, int decimals, string usd)
    {
        var rule = Any.Rule(new MarkupPrice(decimal.Parse(percent))) with { Decimals = decimals };

        Assert.That(rule.PriceUsd(1, decimal.Parse(costUsd)), Is.EqualTo(decimal.Parse(usd)));
    }

    [Test]
    public void Price_WhenItPassesWhatTheColumnHolds_IsCut() =>
        Assert.That(Any.Rule(new MarkupPrice(10_000)).PriceUsd(1, 9_999_999_999m), Is.EqualTo(PricingRule.MostUsd));
}
