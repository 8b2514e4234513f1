using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>One job; a team sees its own.</summary>
public sealed record GetJob(Caller Caller, Guid JobId) : IRequest<Result<JobResponse>>;

internal sealed class GetJobHandler(IJobRepository jobs) : IRequestHandler<GetJob, Result<JobResponse>>
{
    public async Task<Result<JobResponse>> Handle(GetJob query, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(query.JobId, query.Caller.TeamId, cancellationToken);
        return job is null ? JobsErrors.NotFound(query.JobId) : job;
    }
}
