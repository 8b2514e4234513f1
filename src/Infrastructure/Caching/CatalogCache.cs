using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Catalog;

namespace SaasLlm.Infrastructure.Caching;

/// <summary>The catalogue in this node's memory, dropped whole when anything in it changes.</summary>
internal sealed class CatalogCache(NpgsqlDataSource dataSource, IListenerState listener) : ICatalog, IInvalidated
{
    private readonly InvalidatedValue<CatalogSnapshot> _snapshot = new(listener, token => CatalogLoader.LoadAsync(dataSource, token));

    public ValueTask<CatalogSnapshot> GetAsync(CancellationToken cancellationToken) => _snapshot.GetAsync(cancellationToken);

    public void Drop(ChangedThing thing, string id)
    {
        if (thing == ChangedThing.Catalog)
            _snapshot.Drop();
    }

    public void DropAll() => _snapshot.Drop();
}
