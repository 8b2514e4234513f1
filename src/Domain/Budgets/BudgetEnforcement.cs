namespace SaasLlm.Domain.Budgets;

/// <summary>What a budget does when it is used up, by the names that the contract and the database use.</summary>
public static class BudgetEnforcement
{
    /// <summary>It warns.</summary>
    public const string Soft = "soft";

    /// <summary>It warns, and refuses new jobs and metered calls until the month ends or the budget is raised.</summary>
    public const string Hard = "hard";
}
