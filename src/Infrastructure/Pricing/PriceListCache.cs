using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Pricing;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Pricing;

/// <summary>The pricing rules in this node's memory, so that a job's end is priced under its lock without a query; dropped whole when one is added or ended.</summary>
internal sealed class PriceListCache(NpgsqlDataSource dataSource, IListenerState listener) : IPricing, IInvalidated
{
    private readonly InvalidatedValue<PriceList> _list = new(listener, token => LoadAsync(dataSource, token));

    public ValueTask<PriceList> GetAsync(CancellationToken cancellationToken) => _list.GetAsync(cancellationToken);

    public void Drop(ChangedThing thing, string id)
    {
        if (thing == ChangedThing.Pricing)
            _list.Drop();
    }

    public void DropAll() => _list.Drop();

    private static async Task<PriceList> LoadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<PricingRuleRow>(new CommandDefinition(
            "select " + PricingRuleRow.Columns +
            """

            from pricing_rules
            """,
            cancellationToken: cancellationToken));
        return new PriceList(rows.Select(row => row.ToRule()));
    }
}
