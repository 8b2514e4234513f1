using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Redis;

/// <summary>
/// A Redis that may be absent, slow or gone at any moment. Nothing here throws for its faults or waits longer than the
/// time-out; whoever asks has another way to go on. It never decides about credits.
/// </summary>
internal interface IRedis
{
    /// <summary>False where Redis is not configured, not connected, or its circuit is open.</summary>
    bool IsAvailable { get; }

    /// <summary>What every key and channel begins with.</summary>
    string Prefix { get; }

    /// <summary>Runs one command. No answer within the time-out: the command may still have run, or may run later.</summary>
    /// <param name="command">A static lambda, so that a call allocates no closure.</param>
    ValueTask<RedisAnswer<T>> AskAsync<TState, T>(Func<IDatabase, TState, Task<T>> command, TState state);

    /// <summary>Listens for as long as the process runs, over reconnects. Messages come on pool threads; those sent while the connection was lost do not come.</summary>
    void Subscribe(string channel, Action<RedisValue> received);
}

/// <param name="Answered">False where Redis is not available, did not answer in time, or answered with an error.</param>
/// <param name="Value">Default where it did not answer.</param>
internal readonly record struct RedisAnswer<T>(bool Answered, T Value);
