using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;

namespace SaasLlm.Domain.Tests.Jobs;

internal sealed class JobFinishTests
{
    [TestCase(JobStatus.Pending, JobStatus.Completed, 0, true)]
    [TestCase(JobStatus.InProgress, JobStatus.Completed, 0, true)]
    [TestCase(JobStatus.InProgress, JobStatus.Completed, 1, false)]
    [TestCase(JobStatus.Pending, JobStatus.Failed, 0, false)]
    [TestCase(JobStatus.InProgress, JobStatus.Failed, 0, false)]
    [TestCase(JobStatus.InProgress, JobStatus.Failed, 3, false)]
    [TestCase(JobStatus.Pending, JobStatus.Cancelled, 0, false)]
    [TestCase(JobStatus.InProgress, JobStatus.Cancelled, 2, false)]
    public void Finish_WhenTheJobRuns_ChargesOnlyACompletionWithoutFailedCalls(JobStatus from, JobStatus end, int failedCalls, bool charged)
    {
        var wallet = Wallet();
        var job = Job(from, failedCalls);

        var finished = job.Finish(end, wallet);

        Assert.That(finished.IsSuccess, Is.True);
        Assert.That((job.Status, job.IsFinished), Is.EqualTo((end, true)));
        Assert.That((job.CreditApplied, job.CreditsCharged), Is.EqualTo((charged, charged ? 1m : 0m)));
        Assert.That((wallet.Used, wallet.Reserved), Is.EqualTo((charged ? 1m : 0m, 0m)));
        Assert.That(wallet.Transfers, Has.Count.EqualTo(1));
        Assert.That((wallet.Transfers[0].Kind, wallet.Transfers[0].JobId), Is.EqualTo((charged ? TransferKind.Charge : TransferKind.Release, job.JobId)));
    }

    [TestCase(JobStatus.Completed, 1, "job has failed calls")]
    [TestCase(JobStatus.Failed, 0, "job failed")]
    [TestCase(JobStatus.Cancelled, 0, "job cancelled")]
    public void Finish_WhenNothingIsCharged_SaysWhy(JobStatus end, int failedCalls, string reason)
    {
        var wallet = Wallet();

        _ = Job(JobStatus.InProgress, failedCalls).Finish(end, wallet);

        Assert.That(wallet.Transfers[0].Reason, Is.EqualTo(reason));
    }

    [Test]
    public void Finish_WhenTheJobHasEnded_RefusesAndMovesNothing(
        [Values(JobStatus.Completed, JobStatus.Failed, JobStatus.Cancelled)] JobStatus from,
        [Values(JobStatus.Completed, JobStatus.Failed, JobStatus.Cancelled)] JobStatus end)
    {
        var wallet = Wallet();
        var job = Job(from, 0);

        var finished = job.Finish(end, wallet);

        Assert.That(finished.Error?.Code, Is.EqualTo("job_finished"));
        Assert.That(job.Status, Is.EqualTo(from));
        Assert.That(wallet.Transfers, Is.Empty);
    }

    [TestCase(JobStatus.Pending)]
    [TestCase(JobStatus.InProgress)]
    public void Finish_WhenAskedForARunningState_Throws(JobStatus end) =>
        Assert.That(() => Job(JobStatus.InProgress, 0).Finish(end, Wallet()), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static Job Job(JobStatus status, int failedCalls) => new(Guid.CreateVersion7(), "acme", status, creditsReserved: 1) { FailedCalls = failedCalls };

    private static CreditLedger Wallet() => new(Guid.CreateVersion7(), allocated: 5, used: 0, reserved: 1, unlimited: false);
}
