using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>
/// Fails the open jobs whose time is over and releases their reservations. Any number of nodes may run it at once: each end is
/// decided under the job's row lock, and the second to come finds it ended. Idempotency keys older than a day and links to keys that have expired go with them.
/// </summary>
public sealed record ExpireJobs : IRequest<Result<ExpiredJobs>>;

/// <param name="Count">Jobs that this run ended.</param>
/// <param name="More">True where there may be more to do.</param>
public sealed record ExpiredJobs(int Count, bool More);

internal sealed class ExpireJobsHandler(IJobRepository jobs, IJobLedger ledger, IIdempotencyRepository idempotency, IKeyLinkRepository keyLinks, TimeProvider time)
    : IRequestHandler<ExpireJobs, Result<ExpiredJobs>>
{
    private const int BatchSize = 500;

    private static readonly TimeSpan AnswersKeptFor = TimeSpan.FromHours(24);

    public async Task<Result<ExpiredJobs>> Handle(ExpireJobs command, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await jobs.FindExpiredAsync(now, BatchSize, cancellationToken);
        var endings = due.Select(job => ledger.EndAsync(
            new JobEnding { JobId = job.JobId, TeamId = job.TeamId, Status = JobStatus.Failed, EndedAt = now, ErrorMessage = "expired", Expired = true },
            cancellationToken));
        var ended = await Task.WhenAll(endings);
        await idempotency.ForgetAsync(now - AnswersKeptFor, cancellationToken);
        await keyLinks.ForgetAsync(now, cancellationToken);
        return new ExpiredJobs(ended.Count(end => end.IsSuccess && end.Value.Changed), due.Count == BatchSize);
    }
}
