using FluentValidation;
using MediatR;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Credits;

/// <summary>The ledger of an organization's pool, or of one user's allocation, newest first.</summary>
/// <param name="UserId">Null: the pool's.</param>
public sealed record ListOrganizationTransactions(Caller Caller, string OrganizationId, string? UserId, PageRequest Page)
    : IRequest<Result<OrganizationTransactionList>>;

/// <summary>One page of the ledger, newest first.</summary>
/// <param name="UserId">Whose allocation it is; null: the pool.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record OrganizationTransactionList(
    string OrganizationId, string? UserId, IReadOnlyList<TransactionResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<TransactionResponse> Transactions => Data;
}

internal sealed class ListOrganizationTransactionsValidator : AbstractValidator<ListOrganizationTransactions>
{
    public ListOrganizationTransactionsValidator() => RuleFor(query => query.OrganizationId).ValidId();
}

internal sealed class ListOrganizationTransactionsHandler(IOrganizationWalletRepository wallets)
    : IRequestHandler<ListOrganizationTransactions, Result<OrganizationTransactionList>>
{
    public async Task<Result<OrganizationTransactionList>> Handle(ListOrganizationTransactions query, CancellationToken cancellationToken)
    {
        if (OrganizationManagement.Refusal(query.Caller, query.OrganizationId) is { } refusal)
            return refusal;

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !long.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");
        if (await wallets.GetPoolAsync(query.OrganizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(query.OrganizationId);
        if (query.UserId is not null && await wallets.GetAllocationAsync(query.OrganizationId, query.UserId, cancellationToken) is null)
            return CreditsErrors.AllocationNotFound(query.UserId);

        var page = await wallets.ListTransactionsAsync(query.OrganizationId, query.UserId, start.Value, cancellationToken);
        return new OrganizationTransactionList(query.OrganizationId, query.UserId, page.Rows, page.NextCursor);
    }
}
