using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Budgets;

/// <summary>The budget of a team or an organization, and what is left of it this month.</summary>
public sealed record GetBudget(BudgetOwner Owner) : IRequest<Result<BudgetResponse>>;

internal sealed class GetBudgetHandler(IBudgetRepository budgets, BudgetOwners owners, TimeProvider time) : IRequestHandler<GetBudget, Result<BudgetResponse>>
{
    public async Task<Result<BudgetResponse>> Handle(GetBudget query, CancellationToken cancellationToken)
    {
        if (await owners.MissingAsync(query.Owner, cancellationToken) is { } missing)
            return missing;

        var month = CalendarMonth.Of(time.GetUtcNow());
        return await budgets.GetAsync(query.Owner, month, cancellationToken) is { } status
            ? BudgetResponse.Of(query.Owner, status, month)
            : BudgetsErrors.NotFound(query.Owner);
    }
}
