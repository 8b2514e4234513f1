using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>What a job cost, call by call; the operator's.</summary>
public sealed record GetJobCosts(Guid JobId) : IRequest<Result<JobCostsResponse>>;

internal sealed class GetJobCostsHandler(IJobRepository jobs) : IRequestHandler<GetJobCosts, Result<JobCostsResponse>>
{
    public async Task<Result<JobCostsResponse>> Handle(GetJobCosts query, CancellationToken cancellationToken)
    {
        var costs = await jobs.GetCostsAsync(query.JobId, cancellationToken);
        return costs is null ? JobsErrors.NotFound(query.JobId) : costs;
    }
}
