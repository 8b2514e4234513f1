using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Domain.Tests.Jobs;

internal sealed class JobTariffTests
{
    [TestCase(BudgetMode.JobBased, 123.45, 1_000_000, ExpectedResult = 1)]
    [TestCase(BudgetMode.Unlimited, 123.45, 1_000_000, ExpectedResult = 1)]
    [TestCase(BudgetMode.ConsumptionUsd, 0, 0, ExpectedResult = 1)]
    [TestCase(BudgetMode.ConsumptionUsd, 0.1, 0, ExpectedResult = 1)]
    [TestCase(BudgetMode.ConsumptionUsd, 0.1000000001, 0, ExpectedResult = 2)]
    [TestCase(BudgetMode.ConsumptionUsd, 1.25, 0, ExpectedResult = 13)]
    [TestCase(BudgetMode.ConsumptionTokens, 99, 0, ExpectedResult = 1)]
    [TestCase(BudgetMode.ConsumptionTokens, 99, 10_000, ExpectedResult = 1)]
    [TestCase(BudgetMode.ConsumptionTokens, 99, 10_001, ExpectedResult = 2)]
    public decimal Credits_OfEachMode_AreWholeAndAtLeastOne(BudgetMode mode, double costUsd, long tokens) =>
        JobTariff.Of(mode, JobTariff.DefaultCreditsPerDollar, JobTariff.DefaultTokensPerCredit).Credits(new JobUse((decimal)costUsd, tokens));

    [TestCase("job_based")]
    [TestCase("consumption_usd")]
    [TestCase("consumption_tokens")]
    [TestCase("unlimited")]
    public void Names_Always_AreReadAsTheyAreWritten(string name) =>
        Assert.That(BudgetModeNames.Of(BudgetModeNames.Parse(name)), Is.EqualTo(name));
}
