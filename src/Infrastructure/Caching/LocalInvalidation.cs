using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Caching;

/// <summary>What a cache of this node does when something that it may hold has changed.</summary>
internal interface IInvalidated
{
    void Drop(ChangedThing thing, string id);

    /// <summary>The listener was away: nothing that is held can be trusted.</summary>
    void DropAll();
}

/// <summary>Hands a change to every cache of this node.</summary>
internal sealed class LocalInvalidation(IEnumerable<IInvalidated> caches)
{
    private readonly IInvalidated[] _caches = [.. caches];

    public void Drop(ChangedThing thing, string id)
    {
        foreach (var cache in _caches)
            cache.Drop(thing, id);
    }

    public void DropAll()
    {
        foreach (var cache in _caches)
            cache.DropAll();
    }
}
