using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Credits;

/// <summary>What a team has; a team may ask for itself.</summary>
public sealed record GetBalance(Caller Caller, string TeamId) : IRequest<Result<BalanceResponse>>;

internal sealed class GetBalanceHandler(IWalletRepository wallets) : IRequestHandler<GetBalance, Result<BalanceResponse>>
{
    public async Task<Result<BalanceResponse>> Handle(GetBalance query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        var balance = await wallets.GetBalanceAsync(query.TeamId, cancellationToken);
        return balance is null ? CreditsErrors.WalletNotFound(query.TeamId) : balance;
    }
}
