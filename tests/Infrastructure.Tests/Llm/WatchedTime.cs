namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>The system's time, but waits of one length end when the test says so, however busy the machine is.</summary>
/// <param name="length">The length of the waits that are watched; all others run as ever.</param>
/// <param name="atOnce">True: they end at once. False: with <see cref="Elapse"/>.</param>
internal sealed class WatchedTime(TimeSpan length, bool atOnce = false) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<WatchedTimer> _waiting = [];

    /// <summary>How often something began to wait for that long.</summary>
    public int Waits { get; private set; }

    /// <summary>Ends all watched waits that have begun.</summary>
    public void Elapse()
    {
        WatchedTimer[] due;
        lock (_gate)
        {
            due = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var timer in due)
            timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private TimeSpan Begin(WatchedTimer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            _waiting.Remove(timer);
            if (dueTime != length)
                return dueTime;

            Waits++;
            if (atOnce)
                return TimeSpan.Zero;

            _waiting.Add(timer);
            return Timeout.InfiniteTimeSpan;
        }
    }

    private sealed class WatchedTimer : ITimer
    {
        private readonly WatchedTime _time;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;

        public WatchedTimer(WatchedTime time, TimerCallback callback, object? state)
        {
            _time = time;
            _callback = callback;
            _state = state;
            _real = System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Fire() => _callback(_state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => _real.Change(_time.Begin(this, dueTime), period);

        public void Dispose()
        {
            _time.Begin(this, Timeout.InfiniteTimeSpan);
            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
