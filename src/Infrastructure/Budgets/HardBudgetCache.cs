using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Budgets;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Budgets;

/// <summary>The hard budgets in this node's memory; dropped whole when a budget changes, and by the database when one is used up.</summary>
internal sealed class HardBudgetCache(NpgsqlDataSource dataSource, IListenerState listener, TimeProvider time) : IHardBudgets, IInvalidated
{
    private readonly InvalidatedValue<HardBudgets> _budgets = new(listener, token => LoadAsync(dataSource, time, token));

    public ValueTask<HardBudgets> GetAsync(CancellationToken cancellationToken) => _budgets.GetAsync(cancellationToken);

    public void Drop(ChangedThing thing, string id)
    {
        if (thing == ChangedThing.Budget)
            _budgets.Drop();
    }

    public void DropAll() => _budgets.Drop();

    private static async Task<HardBudgets> LoadAsync(NpgsqlDataSource dataSource, TimeProvider time, CancellationToken cancellationToken)
    {
        var month = CalendarMonth.Of(time.GetUtcNow());
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(string Scope, string Id, bool Exceeded)>(new CommandDefinition(
            """
            select scope, scope_id, spent_in_month(scope, scope_id, @FirstDay) >= monthly_cost_usd
            from budgets
            where mode = 'hard'
            """,
            new { month.FirstDay },
            cancellationToken: cancellationToken))).AsList();
        return new HardBudgets(rows.Count > 0, month, rows.Where(row => row.Exceeded).Select(row => new BudgetOwner(row.Scope, row.Id)));
    }
}
