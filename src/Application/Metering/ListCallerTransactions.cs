using MediatR;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>The transfers of the caller's wallet, newest first.</summary>
public sealed record ListCallerTransactions(Caller Caller, PageRequest Page) : IRequest<Result<CallerTransactions>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Asks for the next page; null at the end.</param>
public sealed record CallerTransactions(IReadOnlyList<TransactionResponse> Data, string? NextCursor)
{
    public string Object { get; } = "list";

    public bool HasMore => NextCursor is not null;
}

internal sealed class ListCallerTransactionsHandler(IPayerDirectory payers, IMeteringRepository metering)
    : IRequestHandler<ListCallerTransactions, Result<CallerTransactions>>
{
    public async Task<Result<CallerTransactions>> Handle(ListCallerTransactions query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !long.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var payer = await payers.FindAsync(query.Caller, cancellationToken);
        if (!payer.IsSuccess)
            return payer.Error;

        var page = await metering.ListTransactionsAsync(payer.Value.AccountId, start.Value, cancellationToken);
        return new CallerTransactions(page.Rows, page.NextCursor);
    }
}
