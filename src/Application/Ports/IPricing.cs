using SaasLlm.Domain.Pricing;

namespace SaasLlm.Application.Ports;

/// <summary>The pricing rules as jobs' ends see them: one immutable list, replaced whole when a rule is added or ended.</summary>
public interface IPricing
{
    ValueTask<PriceList> GetAsync(CancellationToken cancellationToken);
}
