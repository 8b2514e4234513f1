using SaasLlm.Application.Catalog.Models;

namespace SaasLlm.Application.Tests.Catalog;

internal sealed class ModelRulesTests
{
    private static readonly CreateModel Valid = new() { ModelAlias = "fast", Provider = "openai" };

    [TestCase("0", true)]
    [TestCase("0.0000000001", true)]
    [TestCase("1000000", true)]
    [TestCase("-0.01", false)]
    [TestCase("0.00000000001", false)]
    [TestCase("1000000.1", false)]
    public void Price_ForAnAmount_IsNotNegativeWithTenDecimals(string price, bool valid)
    {
        var amount = decimal.Parse(price);

        Assert.That(IsValid(Valid with { InputUsdPerMillion = amount }), Is.EqualTo(valid));
        Assert.That(IsValid(Valid with { OutputUsdPerMillion = amount }), Is.EqualTo(valid));
        Assert.That(IsValid(Valid with { CachedInputUsdPerMillion = amount }), Is.EqualTo(valid));
        Assert.That(IsValid(Valid with { CacheWriteUsdPerMillion = amount }), Is.EqualTo(valid));
    }

    [Test]
    public void CreateModel_WithABrokenField_IsRefused()
    {
        Assert.That(IsValid(Valid), Is.True);
        Assert.That(IsValid(Valid with { ModelAlias = null }), Is.False);
        Assert.That(IsValid(Valid with { ModelAlias = "a/b" }), Is.False);
        Assert.That(IsValid(Valid with { Provider = null }), Is.False);
        Assert.That(IsValid(Valid with { Provider = "Open AI" }), Is.False);
        Assert.That(IsValid(Valid with { UpstreamModel = "meta-llama/Llama-3" }), Is.True);
        Assert.That(IsValid(Valid with { UpstreamModel = "" }), Is.False);
        Assert.That(IsValid(Valid with { UpstreamModel = "a\0" }), Is.False);
        Assert.That(IsValid(Valid with { Mode = "video" }), Is.False);
        Assert.That(IsValid(Valid with { ContextWindow = 0 }), Is.False);
        Assert.That(IsValid(Valid with { MaxOutputTokens = -1 }), Is.False);
        Assert.That(IsValid(Valid with { Tiers = ["a", "a"] }), Is.False);
        Assert.That(IsValid(Valid with { Capabilities = ["a b"] }), Is.False);
        Assert.That(IsValid(Valid with { Capabilities = [null!] }), Is.False);
    }

    private static bool IsValid(CreateModel command) => new CreateModelValidator().Validate(command).IsValid;
}
