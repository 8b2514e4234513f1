using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Budgets;

internal sealed class BudgetRepository(PostgresSession session) : IBudgetRepository
{
    public async Task<BudgetStatus?> GetAsync(BudgetOwner owner, CalendarMonth month, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<BudgetRow>(
            """
            select monthly_cost_usd, mode, alert_percents, daily_spike_factor, spent_in_month(scope, scope_id, @FirstDay) as spent_usd
            from budgets
            where scope = @Scope
            and scope_id = @Id
            """,
            new { owner.Scope, owner.Id, month.FirstDay },
            cancellationToken);
        return row?.ToStatus();
    }

    public async Task SetAsync(BudgetOwner owner, BudgetTerms terms, CalendarMonth month, CancellationToken cancellationToken)
    {
        // Spending that is being added does not see the new budget, nor the budget that spending: one of them waits for the other.
        await session.ExecuteAsync(
            """
            lock table spend_days in share mode
            """,
            null,
            cancellationToken);
        await session.ExecuteAsync(
            """
            insert into budgets (scope, scope_id, monthly_cost_usd, mode, alert_percents, daily_spike_factor)
            values (@Scope, @Id, @MonthlyCostUsd, @Mode, @AlertPercents, @DailySpikeFactor)
            on conflict (scope, scope_id) do update
            set monthly_cost_usd = excluded.monthly_cost_usd,
                mode = excluded.mode,
                alert_percents = excluded.alert_percents,
                daily_spike_factor = excluded.daily_spike_factor,
                updated_at = now()
            """,
            new { owner.Scope, owner.Id, terms.MonthlyCostUsd, terms.Mode, terms.AlertPercents, terms.DailySpikeFactor },
            cancellationToken);
        await session.ExecuteAsync(
            """
            select rearm_budget(@Scope, @Id, @FirstDay), raise_budget_alerts(@Scope, @Id, @FirstDay)
            """,
            new { owner.Scope, owner.Id, month.FirstDay },
            cancellationToken);
    }

    public async Task<bool> DeleteAsync(BudgetOwner owner, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            delete from budgets
            where scope = @Scope
            and scope_id = @Id
            """,
            new { owner.Scope, owner.Id },
            cancellationToken) == 1;

    private sealed record BudgetRow
    {
        public decimal? MonthlyCostUsd { get; init; }

        public string Mode { get; init; } = "";

        public decimal[] AlertPercents { get; init; } = [];

        public decimal? DailySpikeFactor { get; init; }

        public decimal SpentUsd { get; init; }

        public BudgetStatus ToStatus() =>
            new(
                new BudgetTerms { MonthlyCostUsd = MonthlyCostUsd, Mode = Mode, AlertPercents = AlertPercents, DailySpikeFactor = DailySpikeFactor },
                SpentUsd);
    }
}
