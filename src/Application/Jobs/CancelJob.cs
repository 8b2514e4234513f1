using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>Gives a job up: its reservation is released. Repeating it changes nothing.</summary>
public sealed record CancelJob(Caller Caller, Guid JobId) : IRequest<Result<JobResponse>>;

internal sealed class CancelJobHandler(IJobDirectory directory, IJobLedger ledger, IJobRepository jobs, TimeProvider time)
    : IRequestHandler<CancelJob, Result<JobResponse>>
{
    public async Task<Result<JobResponse>> Handle(CancelJob command, CancellationToken cancellationToken)
    {
        var header = await directory.FindAsync(command.JobId, cancellationToken);
        if (header is null || !command.Caller.MayUse(header.TeamId))
            return JobsErrors.NotFound(command.JobId);

        var ended = await ledger.EndAsync(
            new JobEnding { JobId = command.JobId, TeamId = header.TeamId, Status = JobStatus.Cancelled, EndedAt = time.GetUtcNow() },
            cancellationToken);
        if (!ended.IsSuccess)
            return ended.Error;
        if (ended.Value.Status != JobStatus.Cancelled)
            return JobsErrors.Finished(ended.Value.Status);

        return (await jobs.GetAsync(command.JobId, header.TeamId, cancellationToken))!;
    }
}
