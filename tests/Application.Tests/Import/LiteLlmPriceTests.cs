using SaasLlm.Application.Import;

namespace SaasLlm.Application.Tests.Import;

internal sealed class LiteLlmPriceTests
{
    [TestCase("1.5e-07", "0.15")]
    [TestCase("1.5E-7", "0.15")]
    [TestCase("0.00000015", "0.15")]
    [TestCase("2.5e-06", "2.5")]
    [TestCase("0.000002", "2")]
    [TestCase("2", "2000000")]
    [TestCase("1e-16", "0.0000000001", Description = "the smallest price that can be kept")]
    [TestCase("3.333333333e-7", "0.3333333333", Description = "ten decimals")]
    [TestCase("0", "0")]
    [TestCase("0.0", "0")]
    [TestCase("0e-9", "0")]
    public void PerMillion_OfAPriceAToken_IsExact(string perToken, string perMillion) =>
        Assert.That(LiteLlmPrice.PerMillion(perToken), Is.EqualTo(decimal.Parse(perMillion, System.Globalization.CultureInfo.InvariantCulture)));

    [TestCase("1e-17", Description = "would be kept as something else")]
    [TestCase("1e-40", Description = "would be kept as nothing, and the model be free")]
    [TestCase("1e-99999999999")]
    [TestCase("1e99")]
    [TestCase("-1e-6")]
    [TestCase("cheap")]
    [TestCase("")]
    [TestCase("nan")]
    [TestCase(".inf")]
    [TestCase("0x10")]
    public void PerMillion_OfWhatCannotBeKept_IsNothing(string perToken) => Assert.That(LiteLlmPrice.PerMillion(perToken), Is.Null);
}
