using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Tests.Shared;

internal sealed class MoneyTests
{
    [TestCase("0", true)]
    [TestCase("1", true)]
    [TestCase("0.000001", true)]
    [TestCase("1.0000000000", true, Description = "trailing zeros are not decimals")]
    [TestCase("0.0000001", false)]
    [TestCase("999999999999.999999", true)]
    [TestCase("1000000000000", false)]
    [TestCase("-999999999999.999999", true)]
    [TestCase("-1000000000000", false)]
    public void FitsCredits_AtItsEdges_KeepsSixDecimalsAndTwelveDigits(string amount, bool fits) =>
        Assert.That(Money.FitsCredits(decimal.Parse(amount)), Is.EqualTo(fits));

    [TestCase("0.00000000005", "0.0000000001")]
    [TestCase("0.00000000015", "0.0000000002")]
    [TestCase("0.00000000025", "0.0000000003")]
    [TestCase("0.000000000049", "0")]
    [TestCase("1.5", "1.5")]
    public void RoundUsd_AtTheTenthDecimal_RoundsHalfUp(string amount, string rounded) =>
        Assert.That(Money.RoundUsd(decimal.Parse(amount)), Is.EqualTo(decimal.Parse(rounded)));
}
