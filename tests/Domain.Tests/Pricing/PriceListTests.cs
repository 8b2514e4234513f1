using SaasLlm.Domain.Pricing;
using HoldsForAll = FsCheck.NUnit.PropertyAttribute;

namespace SaasLlm.Domain.Tests.Pricing;

internal sealed class PriceListTests
{
    /// <summary>One for each scope that fits the job, from the most specific to the least, and some that do not fit.</summary>
    private static readonly PricingRule[] BySpecificity =
    [
        Any.Rule(new FlatPrice(6), team: "hr", type: "scan"),
        Any.Rule(new FlatPrice(5), team: "hr"),
        Any.Rule(new FlatPrice(4), organization: "acme", type: "scan"),
        Any.Rule(new FlatPrice(3), organization: "acme"),
        Any.Rule(new FlatPrice(2), type: "scan"),
        Any.Rule(new FlatPrice(1)),
    ];

    private static readonly PricingRule[] OfOthers =
    [
        Any.Rule(new FlatPrice(99), team: "it", type: "scan"),
        Any.Rule(new FlatPrice(99), team: "hr", type: "chat"),
        Any.Rule(new FlatPrice(99), team: "it"),
        Any.Rule(new FlatPrice(99), organization: "other"),
        Any.Rule(new FlatPrice(99), type: "chat"),
    ];

    [TestCase(0, 6)]
    [TestCase(1, 5)]
    [TestCase(2, 4)]
    [TestCase(3, 3)]
    [TestCase(4, 2)]
    [TestCase(5, 1)]
    public void PriceOf_WhenSeveralRulesFit_TakesTheMostSpecific(int without, decimal usd)
    {
        var list = new PriceList([.. BySpecificity[without..], .. OfOthers]);

        Assert.That(list.PriceOf(Any.Job()), Is.EqualTo(new JobPrice(usd, BySpecificity[without].PricingRuleId)));
    }

    [Test]
    public void PriceOf_WhenNoRuleFits_IsUnknown()
    {
        Assert.That(new PriceList(OfOthers).PriceOf(Any.Job()), Is.EqualTo(JobPrice.Unpriced));
        Assert.That(new PriceList([]).PriceOf(Any.Job()).Usd, Is.Null);
    }

    [Test]
    public void PriceOf_WhenScopesAreEqual_TakesTheOneThatBeganLastAndOfThoseTheNewest()
    {
        var older = Any.Rule(new FlatPrice(1), hour: -3);
        var newer = Any.Rule(new FlatPrice(2), hour: -2);
        var corrected = Any.Rule(new FlatPrice(3), hour: -2) with { CreatedAt = Any.Noon };

        Assert.That(new PriceList([newer, older]).PriceOf(Any.Job()).Usd, Is.EqualTo(2));
        Assert.That(new PriceList([corrected, newer, older]).PriceOf(Any.Job()).Usd, Is.EqualTo(3));
    }

    [TestCase(-3, null)]
    [TestCase(-2, 1)]
    [TestCase(-1, 2)]
    [TestCase(0, 1)]
    [TestCase(3, null)]
    public void PriceOf_WhenRulesBeginAndEnd_IsByWhatWasInForceWhenTheJobWasCreated(int hour, int? usd)
    {
        var season = Any.Rule(new FlatPrice(1), hour: -2) with { EffectiveTo = Any.Noon.AddHours(3) };
        var campaign = Any.Rule(new FlatPrice(2), hour: -1) with { EffectiveTo = Any.Noon };

        Assert.That(new PriceList([campaign, season]).PriceOf(Any.Job(hour: hour)).Usd, Is.EqualTo((decimal?)usd));
    }

    [HoldsForAll(MaxTest = 300)]
    public void RuleFor_Always_IsIndependentOfTheOrderOfTheRules(int[] hours, int seed)
    {
        PricingRule[] rules = [.. BySpecificity, .. OfOthers, .. hours.SelectMany(hour => BySpecificity.Select((rule, i) => rule with
        {
            PricingRuleId = Guid.CreateVersion7(),
            EffectiveFrom = Any.Noon.AddHours(hour % 5),
            EffectiveTo = (hour + i) % 3 == 0 ? Any.Noon.AddHours((hour % 5) + 2) : null,
        }))];
        var shuffled = rules.ToArray();
        new Random(seed).Shuffle(shuffled);

        for (var hour = -6; hour < 8; hour++)
        {
            Assert.That(
                new PriceList(shuffled).RuleFor(Any.Job(hour: hour)),
                Is.SameAs(new PriceList(rules).RuleFor(Any.Job(hour: hour))));
        }
    }

    [Test]
    public void With_Always_PutsTheRuleBeforeThoseOfItsScopeOnly()
    {
        var current = Any.Rule(new FlatPrice(1), team: "hr");
        var proposed = Any.Rule(new FlatPrice(9), team: "hr", hour: 1000);
        var special = Any.Rule(new FlatPrice(2), team: "hr", type: "scan");

        Assert.That(new PriceList([current]).With(proposed).PriceOf(Any.Job(hour: -1000)), Is.EqualTo(new JobPrice(9, proposed.PricingRuleId)));
        Assert.That(new PriceList([current, special]).With(proposed).PriceOf(Any.Job()).Usd, Is.EqualTo(2));
    }

    [TestCase("0.5", "0.0234", "0.4766", "95.32")]
    [TestCase("0", "0.1", "-0.1", null)]
    [TestCase("0.1", "0.3", "-0.2", "-200")]
    public void Margin_Always_IsWhatIsLeft(string revenue, string cost, string usd, string? percent)
    {
        var margin = new Margin(decimal.Parse(revenue), decimal.Parse(cost));

        Assert.That(margin.Usd, Is.EqualTo(decimal.Parse(usd)));
        Assert.That(margin.Percent, Is.EqualTo(percent is null ? null : decimal.Parse(percent)));
    }
}
