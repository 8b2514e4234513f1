namespace SaasLlm.Infrastructure.Redis;

/// <summary>
/// Opens after a few failures in a row, and lets one call through each second to see whether Redis is back. Polly's would cost
/// more than the command that it guards.
/// </summary>
internal sealed class RedisCircuit(TimeProvider time)
{
    private const int FailuresToOpen = 5;

    private static readonly TimeSpan Break = TimeSpan.FromSeconds(1);

    private int _failures;
    private long _closesAt;

    /// <summary>True while calls had better not be tried. False again when a trial is due.</summary>
    public bool IsOpen => Volatile.Read(ref _failures) >= FailuresToOpen && time.GetTimestamp() < Volatile.Read(ref _closesAt);

    /// <summary>False where the call must not be made. Of all that ask when a trial is due, one may go.</summary>
    public bool TryEnter()
    {
        if (Volatile.Read(ref _failures) < FailuresToOpen)
            return true;

        var closesAt = Volatile.Read(ref _closesAt);
        return time.GetTimestamp() >= closesAt && Interlocked.CompareExchange(ref _closesAt, EndOfBreak(), closesAt) == closesAt;
    }

    public void Succeeded()
    {
        // Read first: a write on each call would make the cores fight over the line.
        if (Volatile.Read(ref _failures) != 0)
            Volatile.Write(ref _failures, 0);
    }

    /// <summary>True where this failure has opened the circuit.</summary>
    public bool Failed()
    {
        Volatile.Write(ref _closesAt, EndOfBreak());
        return Interlocked.Increment(ref _failures) == FailuresToOpen;
    }

    private long EndOfBreak() => time.GetTimestamp() + (long)(Break.TotalSeconds * time.TimestampFrequency);
}
