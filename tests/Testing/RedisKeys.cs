using StackExchange.Redis;

namespace SaasLlm.Testing;

public static class RedisKeys
{
    /// <summary>
    /// All keys of a server. Not by the client's own enumeration, which waits for each page: on the client's reading thread,
    /// where a test may go on after an await, it would wait for itself and time out.
    /// </summary>
    public static async Task<string[]> KeysAsync(this IDatabase database, string pattern = "*")
    {
        ArgumentNullException.ThrowIfNull(database);
        return (string[])await database.ScriptEvaluateAsync("return redis.call('keys', ARGV[1])", null, [pattern]);
    }
}
