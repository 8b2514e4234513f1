using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pricing;

/// <summary>Lets a pricing rule end now; jobs that were created before are still billed by it. Ending it again changes nothing.</summary>
public sealed record EndPricingRule(Guid PricingRuleId) : IRequest<Result<PricingRuleResponse>>, ITransactional;

internal sealed class EndPricingRuleHandler(IPricingRuleRepository rules, IChangeFeed changes, TimeProvider time)
    : IRequestHandler<EndPricingRule, Result<PricingRuleResponse>>
{
    public async Task<Result<PricingRuleResponse>> Handle(EndPricingRule command, CancellationToken cancellationToken)
    {
        var ended = await rules.EndAsync(command.PricingRuleId, time.GetUtcNow(), cancellationToken);
        if (ended is null)
            return PricingErrors.NotFound(command.PricingRuleId);

        await changes.AnnounceAsync(ChangedThing.Pricing, string.Empty, cancellationToken);
        return ended.ToResponse();
    }
}
