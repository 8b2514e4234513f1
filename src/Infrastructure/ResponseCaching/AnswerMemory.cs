namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>Answers in this node's memory, bounded in bytes; the least recently used make room.</summary>
internal sealed class AnswerMemory(long maxBytes, TimeProvider time, ResponseCacheMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResponseKey, LinkedListNode<Entry>> _entries = [];

    /// <summary>The most recently used first.</summary>
    private readonly LinkedList<Entry> _uses = new();

    private long _bytes;

    public CachedAnswer? Find(ResponseKey key, int ttlSeconds)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var node))
                return null;

            var entry = node.Value;
            if (entry.ExpiresAt <= now)
            {
                Remove(node);
                return null;
            }

            _uses.Remove(node);
            _uses.AddFirst(node);
            return entry.Answer.IsFresh(now, ttlSeconds) ? entry.Answer : null;
        }
    }

    public void Keep(ResponseKey key, CachedAnswer answer, int ttlSeconds)
    {
        if (answer.Bytes > maxBytes)
            return;

        var entry = new Entry(key, answer, answer.AnsweredAt.AddSeconds(ttlSeconds));
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var old))
                Remove(old);
            _entries.Add(key, _uses.AddFirst(entry));
            Count(answer.Bytes);
            while (_bytes > maxBytes)
                Remove(_uses.Last!);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _uses.Remove(node);
        _entries.Remove(node.Value.Key);
        Count(-node.Value.Answer.Bytes);
    }

    private void Count(int bytes)
    {
        _bytes += bytes;
        metrics.MemoryChanged(bytes);
    }

    private sealed record Entry(ResponseKey Key, CachedAnswer Answer, DateTimeOffset ExpiresAt);
}
