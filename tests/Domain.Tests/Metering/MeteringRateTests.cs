using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Metering;

namespace SaasLlm.Domain.Tests.Metering;

/// <summary>What calls are charged, worked out by hand.</summary>
internal sealed class MeteringRateTests
{
    // 2 USD a million input, 0.5 cached, 2.5 written to the cache, 8 output: in credits of 0.001 USD a token costs 0.002, 0.0005, 0.0025, 0.008.
    private static readonly ModelPrices Prices = new(2, 8, 0.5m, 2.5m);

    [TestCase(1000, 500, 0, 0, 0, PowerLevel.Balanced, 0, "6", Description = "1000 × 0.002 + 500 × 0.008")]
    [TestCase(1000, 500, 0, 0, 0, PowerLevel.Eco, 0, "3", Description = "half of it")]
    [TestCase(1000, 500, 0, 0, 0, PowerLevel.Precision, 0, "12", Description = "twice")]
    [TestCase(1000, 500, 0, 0, 0, PowerLevel.Balanced, 10, "6.6", Description = "professional")]
    [TestCase(1000, 500, 0, 0, 0, PowerLevel.Precision, 20, "14.4", Description = "twice, and a fifth on top")]
    [TestCase(1000, 500, 0, 0, 0, PowerLevel.Eco, 10, "3.3", Description = "half, and a tenth on top")]
    [TestCase(1000, 0, 400, 0, 0, PowerLevel.Balanced, 0, "1.4", Description = "600 × 0.002 + 400 × 0.0005: cached tokens are counted once")]
    [TestCase(1000, 0, 1000, 0, 0, PowerLevel.Balanced, 0, "0.5", Description = "all from the cache")]
    [TestCase(1000, 0, 400, 100, 0, PowerLevel.Balanced, 0, "1.45", Description = "500 × 0.002 + 400 × 0.0005 + 100 × 0.0025")]
    [TestCase(100, 300, 0, 0, 250, PowerLevel.Balanced, 0, "2.6", Description = "100 × 0.002 + 300 × 0.008: reasoning is part of the output")]
    [TestCase(0, 0, 0, 0, 0, PowerLevel.Precision, 20, "0")]
    [TestCase(1, 0, 1, 0, 0, PowerLevel.Eco, 10, "0.000275", Description = "0.0005 × 0.5 × 1.1")]
    public void Credits_OfACall_AreItsCostTimesPowerTimesMarkup(
        int prompt, int completion, int cached, int written, int reasoning, PowerLevel power, int markupPercent, string credits)
    {
        var usage = new TokenUsage(prompt, completion, cached, reasoning, written);

        Assert.That(new MeteringRate(power, markupPercent).Credits(Prices, usage), Is.EqualTo(decimal.Parse(credits)));
    }

    [TestCase("0.0000000005", "0.000001", Description = "half a millionth of a credit goes up")]
    [TestCase("0.00000000049", "0")]
    [TestCase("0.0000000015", "0.000002")]
    public void Credits_WhenTheyHaveMoreThanSixDecimals_AreRoundedHalfUp(string costUsd, string credits) =>
        Assert.That(new MeteringRate(PowerLevel.Balanced, 0).Credits(decimal.Parse(costUsd)), Is.EqualTo(decimal.Parse(credits)));

    [Test]
    public void Credits_OfACostBelowTheScaleOfUsd_AreRoundedOnlyOnce()
    {
        // One token at 0.00045 USD a million is 0.00000000045 USD: rounded to ten decimals first it would be 0.0000000005, and so 0.000001 credits.
        var prices = new ModelPrices(0.00045m, 0, null);

        Assert.That(prices.CostUsd(new TokenUsage(1, 0)), Is.EqualTo(0.0000000005m));
        Assert.That(new MeteringRate(PowerLevel.Balanced, 0).Credits(prices, new TokenUsage(1, 0)), Is.Zero);
        Assert.That(new MeteringRate(PowerLevel.Precision, 0).Credits(prices, new TokenUsage(1, 0)), Is.EqualTo(0.000001m));
    }
}
