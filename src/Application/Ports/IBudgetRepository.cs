using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Budgets of teams and organizations.</summary>
public interface IBudgetRepository
{
    /// <summary>Null where it has none.</summary>
    Task<BudgetStatus?> GetAsync(BudgetOwner owner, CalendarMonth month, CancellationToken cancellationToken);

    /// <summary>Sets or replaces a budget, within a transaction. What the month's spending has passed already is told now, unless it was told before.</summary>
    Task SetAsync(BudgetOwner owner, BudgetTerms terms, CalendarMonth month, CancellationToken cancellationToken);

    /// <summary>False where it has none.</summary>
    Task<bool> DeleteAsync(BudgetOwner owner, CancellationToken cancellationToken);
}

/// <summary>What a budget allows, and when it warns.</summary>
public sealed record BudgetTerms
{
    /// <summary>Provider cost a calendar month (UTC), in USD; null: not bounded.</summary>
    public decimal? MonthlyCostUsd { get; init; }

    /// <summary>One of <see cref="BudgetEnforcement"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>Per cent of the budget at which to warn, ascending.</summary>
    public required decimal[] AlertPercents { get; init; }

    /// <summary>Warn of a day that costs more than so many times the mean of the 14 before; null: do not.</summary>
    public decimal? DailySpikeFactor { get; init; }
}

/// <param name="SpentUsd">In the month asked for.</param>
public sealed record BudgetStatus(BudgetTerms Terms, decimal SpentUsd);
