using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Jobs;

/// <summary>What a job is doing when its end is decided: loaded under its row lock.</summary>
public sealed class Job
{
    public Job(Guid jobId, string teamId, JobStatus status, decimal creditsReserved, int failedCalls)
    {
        JobId = jobId;
        TeamId = teamId;
        Status = status;
        CreditsReserved = creditsReserved;
        FailedCalls = failedCalls;
    }

    public Guid JobId { get; }

    public string TeamId { get; }

    public JobStatus Status { get; private set; }

    /// <summary>Credits that its creation holds.</summary>
    public decimal CreditsReserved { get; }

    public int FailedCalls { get; }

    public decimal CreditsCharged { get; private set; }

    /// <summary>True where completing it took credits.</summary>
    public bool CreditApplied => CreditsCharged > 0;

    /// <summary>True where it has ended in such a way that the customer is billed for it.</summary>
    public bool IsBillable => Status == JobStatus.Completed && FailedCalls == 0;

    public bool IsFinished => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>
    /// Ends the job. Completing it without a failed call turns its reservation into the charge; every other end releases it.
    /// </summary>
    /// <param name="end">One of the three finished states.</param>
    /// <param name="wallet">The team's wallet, locked.</param>
    public Result<Nothing> Finish(JobStatus end, CreditLedger wallet)
    {
        if (end is JobStatus.Pending or JobStatus.InProgress)
            throw new ArgumentOutOfRangeException(nameof(end), end, "Not an end.");
        if (IsFinished)
            return JobsErrors.Finished(Status);

        if (end == JobStatus.Completed && FailedCalls == 0)
        {
            wallet.Charge(CreditsReserved, JobId);
            CreditsCharged = CreditsReserved;
        }
        else
        {
            wallet.Release(CreditsReserved, JobId, FailedCalls > 0 ? "job has failed calls" : $"job {JobStatusNames.Of(end)}");
        }

        Status = end;
        return default(Nothing);
    }
}
