using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class IntentRouterTests
{
    private static readonly CatalogModel[] Models =
    [
        Model("local-8b", price: 0, window: 8_000) with { Local = true },
        Model("small", price: 1, window: 32_000, ModelNeeds.Tools),
        Model("coder", price: 2, window: 64_000, ModelNeeds.Tools) with { TaskTypes = ["code"] },
        Model("middle", price: 3, window: 128_000, ModelNeeds.Tools | ModelNeeds.Vision | ModelNeeds.JsonSchema),
        Model("large", price: 9, window: 200_000, ModelNeeds.Tools | ModelNeeds.Vision),
        Model("thinker", price: 8, window: 200_000, ModelNeeds.Tools) with { Capabilities = ["tools", "reasoning"] },
    ];

    [TestCase(PowerLevel.Eco, null, ExpectedResult = "local-8b", TestName = "Choose_ForEco_TakesTheCheapest")]
    [TestCase(PowerLevel.Balanced, "middle", ExpectedResult = "middle", TestName = "Choose_ForBalanced_TakesTheTiersDefault")]
    [TestCase(PowerLevel.Balanced, null, ExpectedResult = "coder", TestName = "Choose_ForBalancedWithoutADefault_TakesAMiddlingPrice")]
    [TestCase(PowerLevel.Balanced, "gone", ExpectedResult = "coder", TestName = "Choose_WhenTheDefaultIsNotAmongThem_TakesAMiddlingPrice")]
    [TestCase(PowerLevel.Precision, "middle", ExpectedResult = "thinker", TestName = "Choose_ForPrecision_TakesTheOneThatReasons")]
    public string Choose_ByPower(PowerLevel power, string? defaultModel) =>
        First(new CallIntent { Power = power }, defaultModel: defaultModel);

    [TestCase("code", ExpectedResult = "coder")]
    [TestCase("creative", ExpectedResult = "local-8b", Description = "nobody is tagged with it, so it decides nothing")]
    public string Choose_ByTask_PrefersThoseTaggedWithIt(string task) => First(new CallIntent { Power = PowerLevel.Eco, TaskType = task });

    [TestCase(ModelNeeds.Tools, ExpectedResult = "small")]
    [TestCase(ModelNeeds.Vision, ExpectedResult = "middle")]
    [TestCase(ModelNeeds.Tools | ModelNeeds.JsonSchema, ExpectedResult = "middle")]
    public string Choose_WhenTheRequestNeedsAbilities_LeavesOutWhoLacksThem(ModelNeeds needs) =>
        First(new CallIntent { Power = PowerLevel.Eco, Needs = needs });

    [TestCase(8_000, ExpectedResult = "local-8b")]
    [TestCase(8_001, ExpectedResult = "small")]
    [TestCase(150_000, ExpectedResult = "thinker")]
    public string Choose_WhenThePromptIsLong_LeavesOutWhoCannotReadIt(int promptTokens) =>
        First(new CallIntent { Power = PowerLevel.Eco }, promptTokens);

    [Test]
    public void Choose_WhenThePromptFitsNobody_SaysHowLongItMayBe()
    {
        var error = Choose(new CallIntent(), 300_000).Error!;

        Assert.That((error.Code, error.Kind), Is.EqualTo(("context_length_exceeded", ErrorKind.Malformed)));
        Assert.That(error.Message, Does.Contain("200000"));
    }

    [Test]
    public void Choose_WhenPrivacyIsRequired_TakesOnlyWhatIsLocal()
    {
        Assert.That(Choose(new CallIntent { Power = PowerLevel.Precision, PrivacyRequired = true }).Value, Has.Exactly(1).Property("Alias").EqualTo("local-8b"));

        var error = Choose(new CallIntent { PrivacyRequired = true, Needs = ModelNeeds.Tools }).Error!;
        Assert.That(error.Fields!.Keys, Is.EqualTo(new[] { "privacy_required" }));
    }

    [Test]
    public void Choose_AmongNone_SaysSo() =>
        Assert.That(IntentRouter.Choose([], new RouteWish(default, new TokenUsage(1, 1), null)).Error!.Code, Is.EqualTo("model_not_found"));

    [Test]
    public void Choose_OfMany_KeepsTwoFallbacksInOrder() =>
        Assert.That(
            Choose(new CallIntent { Power = PowerLevel.Eco }).Value.Select(model => model.Alias),
            Is.EqualTo(new[] { "local-8b", "small", "coder" }));

    private static string First(CallIntent intent, int promptTokens = 100, string? defaultModel = null) =>
        Choose(intent, promptTokens, defaultModel).Value[0].Alias;

    private static Result<RouteTargets> Choose(CallIntent intent, int promptTokens = 100, string? defaultModel = null) =>
        IntentRouter.Choose(Models, new RouteWish(intent, new TokenUsage(promptTokens, 100), defaultModel));

    private static CatalogModel Model(string alias, decimal price, int window, ModelNeeds abilities = ModelNeeds.None) => new()
    {
        Alias = alias,
        Provider = "test",
        UpstreamModel = alias,
        Prices = new ModelPrices(price, price, null),
        ContextWindow = window,
        Active = true,
        Abilities = abilities,
    };
}
