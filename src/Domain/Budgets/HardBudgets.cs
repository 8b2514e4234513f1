using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Budgets;

/// <summary>The hard budgets, and which of them a month's spending has used up, as of one moment.</summary>
public sealed class HardBudgets
{
    private readonly CalendarMonth _month;
    private readonly HashSet<BudgetOwner> _exceeded;

    /// <param name="any">False: there is no hard budget at all.</param>
    /// <param name="month">What <paramref name="exceeded"/> is about.</param>
    public HardBudgets(bool any, CalendarMonth month, IEnumerable<BudgetOwner> exceeded)
    {
        Any = any;
        _month = month;
        _exceeded = [.. exceeded];
    }

    public bool Any { get; }

    /// <summary>Why nothing more may be spent now; null where it may. What was used up last month is not any more.</summary>
    /// <param name="teamId">Null: no team spends it.</param>
    public Error? Refusal(string organizationId, string? teamId, DateTimeOffset now)
    {
        if (_exceeded.Count == 0 || _month != CalendarMonth.Of(now))
            return null;
        if (teamId is not null && _exceeded.Contains(BudgetOwner.OfTeam(teamId)))
            return BudgetsErrors.Exceeded(BudgetOwner.Team);

        return _exceeded.Contains(BudgetOwner.OfOrganization(organizationId)) ? BudgetsErrors.Exceeded(BudgetOwner.Organization) : null;
    }
}
