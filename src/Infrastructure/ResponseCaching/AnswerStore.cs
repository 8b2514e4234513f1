using Microsoft.Extensions.Options;
using SaasLlm.Infrastructure.Redis;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>Where answers are kept: in Redis as long as it is there, else in this node's memory.</summary>
internal sealed class AnswerStore
{
    private readonly IRedis _redis;
    private readonly AnswerRedis _shared;
    private readonly AnswerMemory _memory;
    private readonly ResponseCacheOptions _options;
    private readonly TimeProvider _time;

    public AnswerStore(IRedis redis, AnswerSeal seal, IOptions<ResponseCacheOptions> options, ResponseCacheMetrics metrics, TimeProvider time)
    {
        _redis = redis;
        _shared = new AnswerRedis(redis, seal, metrics);
        _memory = new AnswerMemory(options.Value.MaxMemoryBytes, time, metrics);
        _options = options.Value;
        _time = time;
    }

    /// <summary>Looks only where it costs no waiting. Hits are counted by the caller, who may still refuse them.</summary>
    public CachedAnswer? FindInMemory(ResponseKey key, int ttlSeconds) => _redis.IsAvailable ? null : _memory.Find(key, ttlSeconds);

    /// <summary>The answer and where it was; null where there is none that is young enough.</summary>
    public async ValueTask<(CachedAnswer? Answer, string Source)> FindAsync(ResponseKey key, int ttlSeconds)
    {
        if (_redis.IsAvailable)
        {
            var found = await _shared.FindAsync(key);
            if (found.Answered)
                return (found.Value?.IsFresh(_time.GetUtcNow(), ttlSeconds) == true ? found.Value : null, AnswerSource.Redis);
        }

        return (_memory.Find(key, ttlSeconds), AnswerSource.Memory);
    }

    /// <summary>Never throws and waits no longer than Redis' time-out. An answer that is too large is not kept.</summary>
    public async ValueTask KeepAsync(ResponseKey key, CachedAnswer answer, int ttlSeconds)
    {
        if (answer.Bytes > _options.MaxEntryBytes)
            return;
        if (_redis.IsAvailable && await _shared.KeepAsync(key, answer, ttlSeconds))
            return;

        _memory.Keep(key, answer, ttlSeconds);
    }
}

/// <summary>Names for the metrics.</summary>
internal static class AnswerSource
{
    public const string Memory = "memory";

    public const string Redis = "redis";

    /// <summary>A call like it that was under way.</summary>
    public const string Running = "running";
}
