using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Jobs;

public static class JobsErrors
{
    public static Error NotFound(Guid jobId) =>
        new("job_not_found", $"Job '{jobId}' not found.", ErrorKind.NotFound);

    public static Error Finished(JobStatus status) =>
        new("job_finished", $"The job is already {JobStatusNames.Of(status)}.", ErrorKind.Conflict);

    public static Error BudgetExceeded() =>
        new("job_budget_exceeded", "This call would pass the job's max_calls or max_cost_usd.", ErrorKind.Forbidden);

    public static Error AlreadyRefunded() =>
        new("job_refunded", "The job's charge has been given back already.", ErrorKind.Conflict);

    public static Error NothingToRefund() =>
        new("nothing_to_refund", "The job was not charged: only a completed job without a failed call is.", ErrorKind.Conflict);

    public static Error MetadataTooLarge() =>
        Error.Field("metadata", "must not exceed 10 KB in all.");
}
