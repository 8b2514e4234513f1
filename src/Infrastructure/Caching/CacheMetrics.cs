using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.Caching;

/// <summary>What is counted of the caches of rows. Hits cost nothing, for only what had to be read is counted.</summary>
internal sealed class CacheMetrics
{
    private readonly ConcurrentQueue<(string Cache, Func<long> Loads)> _caches = new();

    public CacheMetrics(IMeterFactory meters) => meters.CreateMeter().CreateObservableCounter(
        "saasllm.cache.loads", Loads, "{entry}", "Entries read from the database because this node's memory did not have them, by cache.");

    /// <summary>Has the cache's loads looked at whenever somebody reads; gives the cache.</summary>
    public InvalidatedCache<TKey, TValue> Watched<TKey, TValue>(string name, InvalidatedCache<TKey, TValue> cache)
        where TKey : notnull
        where TValue : class
    {
        _caches.Enqueue((name, () => cache.Loads));
        return cache;
    }

    private IEnumerable<Measurement<long>> Loads()
    {
        foreach (var (cache, loads) in _caches)
            yield return new Measurement<long>(loads(), new KeyValuePair<string, object?>("cache", cache));
    }
}
