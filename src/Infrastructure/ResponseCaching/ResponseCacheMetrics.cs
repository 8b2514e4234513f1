using System.Diagnostics.Metrics;
using SaasLlm.Application.Pipeline;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>What is counted of calls that may be served again.</summary>
internal sealed class ResponseCacheMetrics
{
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly UpDownCounter<long> _memory;
    private readonly Counter<long> _redisWritten;
    private readonly Counter<long> _redisUnwritten;

    public ResponseCacheMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateMeter();
        _hits = meter.CreateCounter<long>(
            "saasllm.response_cache.hits", "{call}", "Calls that an earlier or a running call like them has answered, by where the answer was (memory, redis, running).");
        _misses = meter.CreateCounter<long>("saasllm.response_cache.misses", "{call}", "Calls that could have been served again and went upstream.");
        _memory = meter.CreateUpDownCounter<long>("saasllm.response_cache.memory", "By", "Answers kept in memory.");
        _redisWritten = meter.CreateCounter<long>("saasllm.response_cache.redis_written", "By", "Answers written to Redis, compressed.");
        _redisUnwritten = meter.CreateCounter<long>(
            "saasllm.response_cache.redis_unwritten", "{answer}", "Answers that were to be kept in Redis and are not, by reason (too_large, unavailable).");
    }

    public void Hit(string source) => _hits.Add(1, new KeyValuePair<string, object?>("source", source));

    public void Missed() => _misses.Add(1);

    public void MemoryChanged(long bytes) => _memory.Add(bytes);

    public void RedisWritten(long bytes) => _redisWritten.Add(bytes);

    public void RedisUnwritten(string reason) => _redisUnwritten.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
