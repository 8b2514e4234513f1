using SaasLlm.Infrastructure.Redis;
using StackExchange.Redis;
using IRedis = SaasLlm.Infrastructure.Redis.IRedis;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>Answers that all nodes share. A Redis that is slow or gone costs one time-out and is then as good as an empty one.</summary>
internal sealed class AnswerRedis(IRedis redis, AnswerSeal seal, ResponseCacheMetrics metrics)
{
    /// <summary>Compressed. A larger one would keep the connection, which the limits use as well, busy for longer than they wait.</summary>
    private const int MaxValueBytes = 256 * 1024;

    /// <summary>The answer, null where there is none that opens; not answered where Redis is not there.</summary>
    public async ValueTask<RedisAnswer<CachedAnswer?>> FindAsync(ResponseKey key)
    {
        var found = await redis.AskAsync(static (database, name) => database.StringGetAsync(name), NameOf(key));
        if (!found.Answered || found.Value.IsNull)
            return new RedisAnswer<CachedAnswer?>(found.Answered, null);

        var answer = seal.Unseal((byte[])found.Value!, key);
        return new RedisAnswer<CachedAnswer?>(true, answer is null ? null : AnswerCodec.Decode(answer));
    }

    /// <summary>False where Redis did not take it.</summary>
    public async ValueTask<bool> KeepAsync(ResponseKey key, CachedAnswer answer, int ttlSeconds)
    {
        // Nobody's answer waits for its compression.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var value = seal.Seal(AnswerCodec.Encode(answer), key);
        if (value.Length > MaxValueBytes)
        {
            metrics.RedisUnwritten("too_large");
            return true;
        }

        var kept = await redis.AskAsync(
            static (database, write) => database.StringSetAsync(write.Name, write.Value, write.Ttl), new Write(NameOf(key), value, TimeSpan.FromSeconds(ttlSeconds)));
        if (kept.Answered)
            metrics.RedisWritten(value.Length);
        else
            metrics.RedisUnwritten("unavailable");
        return kept.Answered;
    }

    private RedisKey NameOf(ResponseKey key) => $"{redis.Prefix}answer:{key}";

    private readonly record struct Write(RedisKey Name, byte[] Value, TimeSpan Ttl);
}
