using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>Two writers, because they wait for different things: a hold for nothing, a charge for the disk.</summary>
internal sealed class CallMeter(HoldWriter holds, ChargeWriter charges) : ICallMeter
{
    public Task<Result<HeldCall>> HoldAsync(CallHold hold, CancellationToken cancellationToken) => holds.HoldAsync(hold);

    public Task<bool> ExtendAsync(Guid callId, decimal credits, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        holds.ExtendAsync(callId, credits, expiresAt);

    public Task<SettledCall> SettleAsync(MeteredCall call, CancellationToken cancellationToken)
    {
        var settled = charges.SettleAsync(call);
        return cancellationToken.CanBeCanceled ? settled.WaitAsync(cancellationToken) : settled;
    }
}
