using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Pricing;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Jobs;

/// <summary>What a job cost, call by call, and what the customer is billed for it; the operator's.</summary>
public sealed record GetJobCosts(Guid JobId) : IRequest<Result<JobCostsResponse>>;

internal sealed class GetJobCostsHandler(IJobRepository jobs, IPricingRuleRepository rules) : IRequestHandler<GetJobCosts, Result<JobCostsResponse>>
{
    public async Task<Result<JobCostsResponse>> Handle(GetJobCosts query, CancellationToken cancellationToken)
    {
        var costs = await jobs.GetCostsAsync(query.JobId, cancellationToken);
        if (costs is null)
            return JobsErrors.NotFound(query.JobId);
        if (costs.Costs.PricingRuleId is not { } ruleId)
            return costs;

        var rule = await rules.GetAsync(ruleId, cancellationToken);
        return costs with { Costs = costs.Costs with { PricingRule = rule?.ToResponse() } };
    }
}
