using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pricing;

/// <summary>One pricing rule, ended ones too.</summary>
public sealed record GetPricingRule(Guid PricingRuleId) : IRequest<Result<PricingRuleResponse>>;

internal sealed class GetPricingRuleHandler(IPricingRuleRepository rules) : IRequestHandler<GetPricingRule, Result<PricingRuleResponse>>
{
    public async Task<Result<PricingRuleResponse>> Handle(GetPricingRule query, CancellationToken cancellationToken)
    {
        var rule = await rules.GetAsync(query.PricingRuleId, cancellationToken);
        return rule is null ? PricingErrors.NotFound(query.PricingRuleId) : rule.ToResponse();
    }
}
