using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Budgets;

public static class BudgetsErrors
{
    public static Error NotFound(BudgetOwner owner) =>
        new("budget_not_found", $"The {owner.Scope} '{owner.Id}' has no budget.", ErrorKind.NotFound);

    /// <param name="scope">Whose budget it is: <c>team</c> or <c>organization</c>.</param>
    public static Error Exceeded(string scope) =>
        new("budget_exceeded", $"The monthly budget of the {scope} is used up; it begins anew with the next month.", ErrorKind.Forbidden);
}
