using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Credits;

/// <summary>A team's ledger, newest first; a team may ask for its own.</summary>
public sealed record ListTransactions(Caller Caller, string TeamId, PageRequest Page) : IRequest<Result<TransactionList>>;

internal sealed class ListTransactionsHandler(IWalletRepository wallets) : IRequestHandler<ListTransactions, Result<TransactionList>>
{
    public async Task<Result<TransactionList>> Handle(ListTransactions query, CancellationToken cancellationToken)
    {
        if (!query.Caller.MayUse(query.TeamId))
            return TeamsErrors.NotYourTeam();

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !long.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");
        if (await wallets.GetBalanceAsync(query.TeamId, cancellationToken) is null)
            return CreditsErrors.WalletNotFound(query.TeamId);

        var page = await wallets.ListTransactionsAsync(query.TeamId, start.Value, cancellationToken);
        return new TransactionList(query.TeamId, page.Rows, page.NextCursor);
    }
}
