using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Alerts;

/// <summary>At which credits a wallet warns.</summary>
public sealed record GetCreditAlerts(Caller Caller, CreditAlertsOwner Owner) : IRequest<Result<CreditAlertsResponse>>;

internal sealed class GetCreditAlertsHandler(IAlertRepository alerts) : IRequestHandler<GetCreditAlerts, Result<CreditAlertsResponse>>
{
    public async Task<Result<CreditAlertsResponse>> Handle(GetCreditAlerts query, CancellationToken cancellationToken)
    {
        if (CreditAlertsAccess.Refusal(query.Caller, query.Owner) is { } refusal)
            return refusal;

        var found = await alerts.GetCreditAlertsAsync(query.Owner, cancellationToken);
        return found is null ? CreditAlertsAccess.NotFound(query.Owner) : found;
    }
}
