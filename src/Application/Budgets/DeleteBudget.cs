using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Budgets;

/// <summary>Takes a team's or an organization's budget away: nothing warns of its spending or stops it any more.</summary>
public sealed record DeleteBudget(BudgetOwner Owner) : IRequest<Result<DeletedBudget>>, ITransactional;

public sealed record DeletedBudget(string Scope, string Id, bool Deleted = true);

internal sealed class DeleteBudgetHandler(IBudgetRepository budgets, IChangeFeed changes) : IRequestHandler<DeleteBudget, Result<DeletedBudget>>
{
    public async Task<Result<DeletedBudget>> Handle(DeleteBudget command, CancellationToken cancellationToken)
    {
        if (!Identifiers.IsValid(command.Owner.Id) || !await budgets.DeleteAsync(command.Owner, cancellationToken))
            return BudgetsErrors.NotFound(command.Owner);

        await changes.AnnounceAsync(ChangedThing.Budget, string.Empty, cancellationToken);
        return new DeletedBudget(command.Owner.Scope, command.Owner.Id);
    }
}
