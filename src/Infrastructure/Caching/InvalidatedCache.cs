using System.Collections.Concurrent;

namespace SaasLlm.Infrastructure.Caching;

/// <summary>
/// A bounded cache of rows that change elsewhere. It never keeps what was read before a change and arrives after it: each
/// key's stripe counts its drops, and a load that began under another count is handed out once but not kept.
/// </summary>
/// <param name="listener">While it does not listen, every read goes to the database.</param>
/// <param name="capacity">Entries kept at most; the cache is emptied when it is full, which is rare and cheap enough.</param>
/// <param name="negativeFor">How long "there is none" is kept; zero: not at all. A change of the key drops it earlier.</param>
internal sealed class InvalidatedCache<TKey, TValue>(IListenerState listener, TimeProvider time, int capacity, TimeSpan negativeFor)
    where TKey : notnull
    where TValue : class
{
    private const int Stripes = 256;

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new Stripe())];
    private long _loads;

    /// <summary>Look-ups so far that the memory could not answer.</summary>
    public long Loads => Volatile.Read(ref _loads);

    /// <summary>The cached value, or the loaded one. A hit allocates nothing.</summary>
    public ValueTask<TValue?> GetAsync<TState>(
        TKey key, TState state, Func<TState, TKey, CancellationToken, Task<TValue?>> load, CancellationToken cancellationToken)
    {
        if (listener.IsListening
            && _entries.TryGetValue(key, out var entry)
            && (entry.Value is not null || time.GetElapsedTime(entry.At) < negativeFor))
            return new(entry.Value);

        return new(LoadAsync(key, state, load, cancellationToken));
    }

    /// <summary>Keeps what was just made, so that its first use finds it. Only where nobody else can have changed it yet.</summary>
    public void Add(TKey key, TValue value)
    {
        if (!listener.IsListening)
            return;

        lock (StripeOf(key))
            Keep(key, value);
    }

    public void Drop(TKey key)
    {
        var stripe = StripeOf(key);
        lock (stripe)
        {
            stripe.Drops++;
            _entries.TryRemove(key, out _);
        }
    }

    public void DropAll()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe)
                stripe.Drops++;
        }

        _entries.Clear();
    }

    private async Task<TValue?> LoadAsync<TState>(
        TKey key, TState state, Func<TState, TKey, CancellationToken, Task<TValue?>> load, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        var stripe = StripeOf(key);
        var drops = Volatile.Read(ref stripe.Drops);
        var listening = listener.IsListening;
        var value = await load(state, key, cancellationToken);
        if (!listening || (value is null && negativeFor == TimeSpan.Zero))
            return value;

        // Counted and stored under the lock that a drop takes: not for a moment does a reader find what a drop has just taken away.
        lock (stripe)
        {
            if (stripe.Drops == drops)
                Keep(key, value);
        }

        return value;
    }

    private void Keep(TKey key, TValue? value)
    {
        if (_entries.Count >= capacity)
            _entries.Clear();

        _entries[key] = new Entry(value, time.GetTimestamp());
    }

    private Stripe StripeOf(TKey key) => _stripes[(key.GetHashCode() & int.MaxValue) % Stripes];

    private sealed class Stripe
    {
        public int Drops;
    }

    private sealed record Entry(TValue? Value, long At);
}
