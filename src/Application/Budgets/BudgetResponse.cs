using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Budgets;

/// <summary>A budget and what is left of it.</summary>
public sealed record BudgetResponse
{
    /// <summary><c>team</c> or <c>organization</c>.</summary>
    public required string Scope { get; init; }

    public string? TeamId { get; init; }

    public string? OrganizationId { get; init; }

    /// <summary>Provider cost that a month may come to; null: not bounded.</summary>
    public decimal? MonthlyCostUsd { get; init; }

    /// <summary><c>soft</c>: it warns. <c>hard</c>: it also refuses new jobs and metered calls.</summary>
    public required string Mode { get; init; }

    public required IReadOnlyList<decimal> AlertPercents { get; init; }

    /// <summary>A day that costs more than so many times the mean of the 14 before is warned of; null: none is.</summary>
    public decimal? DailySpikeFactor { get; init; }

    /// <summary>The current month, UTC.</summary>
    public required string Month { get; init; }

    /// <summary>What the month's calls have cost, but for those of the last seconds.</summary>
    public required decimal SpentUsd { get; init; }

    /// <summary>Not below zero; null without a monthly budget.</summary>
    public decimal? LeftUsd { get; init; }

    public required bool Exceeded { get; init; }

    /// <summary>The end of the month.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    internal static BudgetResponse Of(BudgetOwner owner, BudgetStatus status, CalendarMonth month)
    {
        var limit = status.Terms.MonthlyCostUsd;
        return new BudgetResponse
        {
            Scope = owner.Scope,
            TeamId = owner.Scope == BudgetOwner.Team ? owner.Id : null,
            OrganizationId = owner.Scope == BudgetOwner.Organization ? owner.Id : null,
            MonthlyCostUsd = limit,
            Mode = status.Terms.Mode,
            AlertPercents = status.Terms.AlertPercents,
            DailySpikeFactor = status.Terms.DailySpikeFactor,
            Month = month.ToString(),
            SpentUsd = status.SpentUsd,
            LeftUsd = limit is null ? null : decimal.Max(0, limit.Value - status.SpentUsd),
            Exceeded = status.SpentUsd >= limit,
            ResetsAt = month.End,
        };
    }
}
