namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>
/// What was used within the last minute, oldest first. Up to 1,024 requests a minute each has an entry of its own, so its minute
/// ends exactly when it ends. Above that, those within one 1,024th of a minute share an entry and leave with the last of them:
/// never early, and so late (59 ms) that less than 0.1 % of the limit is lost. So it holds at most about 2,048 entries (64 KB)
/// however high the limit is. Not for several threads.
/// </summary>
/// <param name="minute">One minute in the ticks of the caller's clock.</param>
internal sealed class UsageLog(long minute)
{
    public const int Exact = 1024;

    private readonly long _grain = minute / Exact;
    private Entry[] _entries = new Entry[4];

    /// <summary>Entries have consecutive numbers that are never used again.</summary>
    private long _first;
    private long _next;

    public int Requests { get; private set; }

    public long Tokens { get; private set; }

    public bool IsEmpty => _first == _next;

    /// <summary>When everything has left, if nothing is added.</summary>
    public long EmptyAt => IsEmpty ? 0 : At(_next - 1).LastAt + minute;

    public void Forget(long now)
    {
        while (_first < _next && At(_first).LastAt + minute <= now)
        {
            ref var oldest = ref At(_first++);
            Requests -= oldest.Requests;
            Tokens -= oldest.Tokens;
        }
    }

    /// <summary>Gives the number of the entry that holds it.</summary>
    /// <param name="exact">False: it may share an entry.</param>
    public long Add(long now, int requests, int tokens, bool exact)
    {
        if (IsEmpty || !MayShare(ref At(_next - 1), now, exact))
            Append(now);

        ref var newest = ref At(_next - 1);
        newest.LastAt = now;
        newest.Requests += requests;
        newest.Tokens += tokens;
        Requests += requests;
        Tokens += tokens;
        return _next - 1;
    }

    /// <summary>False where the entry has left.</summary>
    public bool Change(long entry, int requests, int tokens)
    {
        if (entry < _first)
            return false;

        ref var held = ref At(entry);
        held.Requests += requests;
        held.Tokens += tokens;
        Requests += requests;
        Tokens += tokens;
        return true;
    }

    /// <summary>When so many requests will have left; at least one must be there.</summary>
    public long RequestsLeaveAt(int requests)
    {
        for (var entry = _first; entry < _next; entry++)
        {
            requests -= At(entry).Requests;
            if (requests <= 0)
                return At(entry).LastAt + minute;
        }

        return EmptyAt;
    }

    /// <summary>When so many tokens, or all, will have left.</summary>
    public long TokensLeaveAt(long tokens)
    {
        tokens = Math.Min(tokens, Tokens);
        for (var entry = _first; entry < _next; entry++)
        {
            tokens -= At(entry).Tokens;
            if (tokens <= 0)
                return At(entry).LastAt + minute;
        }

        return EmptyAt;
    }

    /// <summary>An entry of which everything was given back is used again, so that calls that are refused later leave no trace.</summary>
    private bool MayShare(ref Entry newest, long now, bool exact)
    {
        if (newest is { Requests: 0, Tokens: 0 })
        {
            newest.FirstAt = now;
            return true;
        }

        return (!exact || _next - _first >= Exact) && now - newest.FirstAt < _grain;
    }

    private void Append(long now)
    {
        if (_next - _first == _entries.Length)
            Grow();

        At(_next++) = new Entry { FirstAt = now };
    }

    private void Grow()
    {
        var larger = new Entry[_entries.Length * 2];
        for (var entry = _first; entry < _next; entry++)
            larger[entry & (larger.Length - 1)] = At(entry);
        _entries = larger;
    }

    private ref Entry At(long entry) => ref _entries[entry & (_entries.Length - 1)];

    private struct Entry
    {
        public long FirstAt;
        public long LastAt;
        public long Tokens;
        public int Requests;
    }
}
