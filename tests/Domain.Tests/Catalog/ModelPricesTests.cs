using SaasLlm.Domain.Catalog;

namespace SaasLlm.Domain.Tests.Catalog;

internal sealed class ModelPricesTests
{
    private static readonly ModelPrices Prices = new(InputUsdPerMillion: 2.5m, OutputUsdPerMillion: 10, CachedInputUsdPerMillion: 1.25m);

    // Prompt, completion, cached, reasoning, cost.
    [TestCase(0, 0, 0, 0, "0")]
    [TestCase(1000, 0, 0, 0, "0.0025")]
    [TestCase(0, 1000, 0, 0, "0.01")]
    [TestCase(1000, 1000, 0, 0, "0.0125")]
    [TestCase(1000, 0, 400, 0, "0.002", Description = "600 at the full price, 400 at the cached one")]
    [TestCase(1000, 0, 1000, 0, "0.00125")]
    [TestCase(1000, 0, 5000, 0, "0.00125", Description = "an upstream that reports more cached than prompt tokens earns nothing by it")]
    [TestCase(0, 1000, 0, 900, "0.01", Description = "reasoning is part of the completion, not on top of it")]
    [TestCase(1, 1, 0, 0, "0.0000125")]
    [TestCase(int.MaxValue, int.MaxValue, 0, 0, "26843.5455875")]
    public void CostUsd_ForEachKindOfToken_UsesItsOwnPrice(int prompt, int completion, int cached, int reasoning, string costUsd) =>
        Assert.That(Prices.CostUsd(new TokenUsage(prompt, completion, cached, reasoning)), Is.EqualTo(decimal.Parse(costUsd)));

    [Test]
    public void CostUsd_WhenThereIsNoCachedPrice_ChargesCachedTokensInFull() =>
        Assert.That((Prices with { CachedInputUsdPerMillion = null }).CostUsd(new TokenUsage(1000, 0, 400)), Is.EqualTo(0.0025m));

    [Test]
    public void CostUsd_WhenTheCachedPriceIsZero_IsNotMistakenForNone() =>
        Assert.That((Prices with { CachedInputUsdPerMillion = 0 }).CostUsd(new TokenUsage(1000, 0, 400)), Is.EqualTo(0.0015m));

    [TestCase("0.00005", "0.0000000001", Description = "half goes up")]
    [TestCase("0.00015", "0.0000000002", Description = "and never to even")]
    [TestCase("0.0000499999", "0")]
    public void CostUsd_WhenTheEleventhDecimalIsAHalf_RoundsUp(string inputUsdPerMillion, string costUsd) =>
        Assert.That(new ModelPrices(decimal.Parse(inputUsdPerMillion), 0, null).CostUsd(new TokenUsage(1, 0)), Is.EqualTo(decimal.Parse(costUsd)));

    [Test]
    public void CostUsd_WhenSeveralSharesHaveFractions_RoundsTheirSumOnce() =>
        Assert.That(new ModelPrices(0.00004m, 0.00004m, 0.00004m).CostUsd(new TokenUsage(2, 1, 1)), Is.EqualTo(0.0000000001m));

    [Test]
    public void Free_ForAnyUsage_CostsNothing() =>
        Assert.That(ModelPrices.Free.CostUsd(new TokenUsage(100_000, 50_000, 1_000, 1_000)), Is.Zero);
}
