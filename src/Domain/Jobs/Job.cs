using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Jobs;

/// <summary>A job while its row is locked: lets calls through and decides its end.</summary>
public sealed class Job
{
    private JobUse _pending;
    private int _admittedCalls;

    public Job(Guid jobId, string teamId, JobStatus status, decimal creditsReserved)
    {
        JobId = jobId;
        TeamId = teamId;
        Status = status;
        CreditsReserved = creditsReserved;
    }

    public Guid JobId { get; }

    public string TeamId { get; }

    public JobStatus Status { get; private set; }

    /// <summary>Credits that the wallet holds for it.</summary>
    public decimal CreditsReserved { get; private set; }

    public JobTariff Tariff { get; init; }

    /// <summary>What its settled calls used.</summary>
    public JobUse Used { get; init; }

    /// <summary>What its running calls will probably use; counted only where it has caps or pays by use.</summary>
    public JobUse Pending { get => _pending; init => _pending = value; }

    public int FailedCalls { get; init; }

    public JobCaps Caps { get; init; }

    /// <summary>Calls let through under <see cref="JobCaps.MaxCalls"/>.</summary>
    public int AdmittedCalls { get => _admittedCalls; init => _admittedCalls = value; }

    /// <summary>What its settled calls cost at the providers, in USD.</summary>
    public decimal CostUsd { get; init; }

    public decimal CreditsCharged { get; private set; }

    /// <summary>What it cost beyond its charge, because the wallet had no more.</summary>
    public decimal CreditsWrittenOff { get; private set; }

    /// <summary>True where completing it took credits.</summary>
    public bool CreditApplied => CreditsCharged > 0;

    /// <summary>True where it has ended in such a way that the customer is billed for it.</summary>
    public bool IsBillable => Status == JobStatus.Completed && FailedCalls == 0;

    public bool IsFinished => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>Lets a call through and holds for it what the job may then cost; refuses what would pass a cap or the wallet.</summary>
    /// <param name="estimate">What the call will probably use.</param>
    /// <param name="wallet">The team's wallet, locked; null where the tariff does not depend on use.</param>
    public Result<Nothing> Admit(Guid callId, JobUse estimate, CreditLedger? wallet)
    {
        if (IsFinished)
            return JobsErrors.Finished(Status);
        if (AdmittedCalls >= Caps.MaxCalls || CostUsd + Pending.ClientCostUsd + estimate.ClientCostUsd > Caps.MaxCostUsd)
            return JobsErrors.BudgetExceeded();
        if (Extend(callId, estimate, wallet).Error is { } refused)
            return refused;

        _admittedCalls++;
        return default(Nothing);
    }

    /// <summary>Holds more for a call that outgrows its estimate.</summary>
    public Result<Nothing> Extend(Guid callId, JobUse more, CreditLedger? wallet)
    {
        var missing = Tariff.Credits(Used + Pending + more) - CreditsReserved;
        if (wallet is not null && missing > 0)
        {
            var held = wallet.Reserve(missing, JobId, callId);
            if (!held.IsSuccess)
                return held.Error;

            CreditsReserved += missing;
        }

        _pending += more;
        return default(Nothing);
    }

    /// <summary>
    /// Brings what is held in line with what is now known: gives back what an estimate took too much, and takes what a call cost
    /// beyond it as far as the wallet has it. What is missing then is the operator's at the end.
    /// </summary>
    /// <param name="callId">The call that has just been settled.</param>
    public void TrueUp(Guid callId, CreditLedger wallet)
    {
        if (IsFinished)
            return;

        var difference = Tariff.Credits(Used + Pending) - CreditsReserved;
        if (difference < 0)
        {
            wallet.Release(-difference, JobId, "less was used", callId);
            CreditsReserved += difference;
        }
        else if (wallet.Coverable(difference) is > 0 and var more)
        {
            wallet.Reserve(more, JobId, callId);
            CreditsReserved += more;
        }
    }

    /// <summary>
    /// Ends the job. Completing it without a failed call charges what it cost from what it holds; every other end releases all of it.
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
            var cost = Tariff.Credits(Used);
            CreditsCharged = Math.Min(cost, CreditsReserved);
            CreditsWrittenOff = cost - CreditsCharged;
            wallet.Charge(CreditsCharged, JobId);
            if (CreditsWrittenOff > 0)
                wallet.WriteOff(CreditsWrittenOff, JobId);
            if (CreditsReserved > CreditsCharged)
                wallet.Release(CreditsReserved - CreditsCharged, JobId, "less was used");
        }
        else
        {
            wallet.Release(CreditsReserved, JobId, FailedCalls > 0 ? "job has failed calls" : $"job {JobStatusNames.Of(end)}");
        }

        Status = end;
        return default(Nothing);
    }
}

/// <summary>What the creator of a job allows it.</summary>
/// <param name="MaxCalls">Calls that it may make; null: no cap.</param>
/// <param name="MaxCostUsd">Provider cost that its calls may reach, in USD; null: no cap.</param>
public readonly record struct JobCaps(int? MaxCalls, decimal? MaxCostUsd)
{
    public bool Any => MaxCalls is not null || MaxCostUsd is not null;
}
