using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

public sealed record GetAutoRefill(string TeamId) : IRequest<Result<AutoRefillResponse>>;

internal sealed class GetAutoRefillHandler(IAutoRefillRepository refills) : IRequestHandler<GetAutoRefill, Result<AutoRefillResponse>>
{
    public async Task<Result<AutoRefillResponse>> Handle(GetAutoRefill query, CancellationToken cancellationToken) =>
        await refills.GetAsync(query.TeamId, cancellationToken) is { } refill ? refill : CreditsErrors.WalletNotFound(query.TeamId);
}
