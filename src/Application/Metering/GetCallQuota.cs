using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>What is left of the longest count that the caller's tier keeps; a limit of 0 where it keeps none.</summary>
public sealed record GetCallQuota(Caller Caller) : IRequest<Result<RateLeft>>;

internal sealed class GetCallQuotaHandler(IPayerDirectory payers, IMeteringRepository metering, TimeProvider time) : IRequestHandler<GetCallQuota, Result<RateLeft>>
{
    public async Task<Result<RateLeft>> Handle(GetCallQuota query, CancellationToken cancellationToken)
    {
        if (query.Caller.Kind is CallerKind.Service or CallerKind.Operator)
            return default(RateLeft);

        var payer = await payers.FindAsync(query.Caller, cancellationToken);
        if (!payer.IsSuccess)
            return payer.Error;
        if (payer.Value.Tier is not { } tier)
            return default(RateLeft);

        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        foreach (var (period, startsOn, endsOn, limit) in CallQuota.On(tier, payer.Value.TierSince, today))
        {
            var calls = await metering.CountCallsAsync(payer.Value.OrganizationId, period, startsOn, cancellationToken);
            return new QuotaCount(period, startsOn, limit, endsOn, calls).Left;
        }

        return default(RateLeft);
    }
}
