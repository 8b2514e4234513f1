namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>One call upstream that others wait for who ask the same.</summary>
internal abstract class Flight<TSelf>
    where TSelf : Flight<TSelf>
{
    private readonly TaskCompletionSource<Landing> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TSelf? _next;
    private int _isLed;

    /// <summary>How it ended; of a stream, whether it began.</summary>
    public Task<Landing> Landed => _landed.Task;

    /// <summary>
    /// The flight that all who waited for this one take when it failed. Made once, so that they stay together: however late one of them wakes,
    /// it finds what the others did.
    /// </summary>
    public TSelf Next
    {
        get
        {
            if (Volatile.Read(ref _next) is { } next)
                return next;

            var made = MakeNext();
            return Interlocked.CompareExchange(ref _next, made, null) ?? made;
        }
    }

    /// <summary>True for the first who asks: its call is the one that goes upstream.</summary>
    public bool TryLead() => Interlocked.Exchange(ref _isLed, 1) == 0;

    public void Land(in Landing landing) => _landed.SetResult(landing);

    protected abstract TSelf MakeNext();
}

/// <summary>A plain call.</summary>
internal sealed class PlainFlight : Flight<PlainFlight>
{
    protected override PlainFlight MakeNext() => new();
}
