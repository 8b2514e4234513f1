using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Domain.Tests.Jobs;

internal sealed class JobAdmissionTests
{
    private static readonly Guid CallId = Guid.CreateVersion7();

    [TestCase(2, 1, ExpectedResult = null)]
    [TestCase(2, 2, ExpectedResult = "job_budget_exceeded")]
    public string? Admit_UnderACapOnCalls_CountsThoseLetThrough(int maxCalls, int admitted) =>
        New(new JobCaps(maxCalls, null), admitted: admitted).Admit(CallId, default, null).Error?.Code;

    [TestCase(0.5, 0.3, 0.2, ExpectedResult = null)]
    [TestCase(0.5, 0.3, 0.2000000001, ExpectedResult = "job_budget_exceeded")]
    public string? Admit_UnderACapOnCost_CountsRunningCallsToo(double settledUsd, double pendingUsd, double estimateUsd) =>
        New(new JobCaps(null, 1), costUsd: (decimal)settledUsd, pending: new JobUse((decimal)pendingUsd, 1))
            .Admit(CallId, new JobUse((decimal)estimateUsd, 1), null).Error?.Code;

    [Test]
    public void Admit_WhenTheJobHasEnded_IsRefused() =>
        Assert.That(
            new Job(Guid.CreateVersion7(), "team", JobStatus.Completed, 1).Admit(CallId, default, null).Error!.Code,
            Is.EqualTo("job_finished"));

    [Test]
    public void Admit_WithinTheCreditThatIsHeldAnyway_TakesNoMore()
    {
        var wallet = new CreditLedger(Guid.CreateVersion7(), 1, 0, 1, unlimited: false);
        var job = ByUse();

        var admitted = job.Admit(CallId, new JobUse(0.1m, 0), wallet);

        Assert.That((admitted.IsSuccess, wallet.Transfers.Count, job.CreditsReserved), Is.EqualTo((true, 0, 1m)));
    }

    [Test]
    public void Admit_WhenTheWalletHasLess_IsRefusedAndTakesNothing()
    {
        var wallet = new CreditLedger(Guid.CreateVersion7(), 2, 0, 1, unlimited: false);
        var job = ByUse();

        var refused = job.Admit(CallId, new JobUse(0.21m, 0), wallet);

        Assert.That(refused.Error!.Code, Is.EqualTo("insufficient_credits"));
        Assert.That((wallet.Transfers.Count, job.CreditsReserved, job.AdmittedCalls), Is.EqualTo((0, 1m, 0)));
    }

    private static Job ByUse() =>
        new(Guid.CreateVersion7(), "team", JobStatus.Pending, 1) { Tariff = new JobTariff(BudgetMode.ConsumptionUsd, 10) };

    private static Job New(JobCaps caps, int admitted = 0, decimal costUsd = 0, JobUse pending = default) =>
        new(Guid.CreateVersion7(), "team", JobStatus.InProgress, 1) { Caps = caps, AdmittedCalls = admitted, CostUsd = costUsd, Pending = pending };
}
