namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>The system's time, but one length of wait is over at once, and counted.</summary>
internal sealed class HastyTime(TimeSpan hastened) : TimeProvider
{
    private int _waits;

    /// <summary>How often something waited for that long.</summary>
    public int Waits => _waits;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != hastened)
            return base.CreateTimer(callback, state, dueTime, period);

        Interlocked.Increment(ref _waits);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
