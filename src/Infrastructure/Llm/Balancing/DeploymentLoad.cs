using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Balancing;

/// <summary>A time for which a deployment had better be left alone.</summary>
/// <param name="Until">A timestamp of the time provider.</param>
/// <param name="IsCircuit">True where its circuit is open; false where it asked for the pause, or seems to.</param>
internal sealed record Cooldown(long Until, Cooling Kind, bool IsCircuit = false);

/// <summary>What this node knows of a deployment at this moment: calls in flight, speed, cool-down.</summary>
internal sealed class DeploymentLoad
{
    private static readonly TimeSpan FirstGuess = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestGuess = TimeSpan.FromSeconds(5);

    private readonly PeakEwma _toAnswer = new();
    private readonly PeakEwma _toStream = new();
    private int _inFlight;
    private int _guesses;
    private Cooldown? _cooldown;
    private int _isRecalled;

    /// <summary>Calls that it is serving, streams up to their end.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Time to the whole of a plain answer, or to the headers of a stream: two things that must not be mixed.</summary>
    public PeakEwma Latency(bool isStream) => isStream ? _toStream : _toAnswer;

    /// <summary>False until the other nodes were asked what they know of it, or need not be.</summary>
    public bool IsRecalled => Volatile.Read(ref _isRecalled) != 0;

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>True for the one who is to ask the others.</summary>
    public bool TryRecall() => Interlocked.Exchange(ref _isRecalled, 1) == 0;

    /// <summary>Nobody answered: the others are still to be asked.</summary>
    public void RecallAgain() => Volatile.Write(ref _isRecalled, 0);

    /// <summary>Null where it may be called.</summary>
    public Cooldown? CooldownAt(long now) => Volatile.Read(ref _cooldown) is { } cooldown && cooldown.Until > now ? cooldown : null;

    /// <summary>Begins or prolongs a cool-down. What is known goes before what is guessed, then what ends later holds. False where nothing changed.</summary>
    public bool Cool(Cooldown next, long now)
    {
        while (true)
        {
            var current = Volatile.Read(ref _cooldown);
            if (current is not null && current.Until > now
                && (current.Kind > next.Kind || (current.Kind == next.Kind && current.Until >= next.Until)))
            {
                return false;
            }

            if (ReferenceEquals(Interlocked.CompareExchange(ref _cooldown, next, current), current))
                return true;
        }
    }

    /// <summary>How long to leave it alone when it does not say: doubled each time that it wants a pause again without an answer in between. Null while such a pause runs.</summary>
    public TimeSpan? NextGuess(long now)
    {
        if (CooldownAt(now) is not null)
            return null;

        var guesses = Math.Min(Interlocked.Increment(ref _guesses), 16);
        var guess = FirstGuess * (1 << (guesses - 1));
        return guess < LongestGuess ? guess : LongestGuess;
    }

    /// <summary>A good answer proves a guess wrong.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _guesses) != 0)
            Volatile.Write(ref _guesses, 0);
        if (Volatile.Read(ref _cooldown) is { Kind: Cooling.Guessed } guess)
            Interlocked.CompareExchange(ref _cooldown, null, guess);
    }

    /// <summary>Its circuit has closed.</summary>
    public void Recovered()
    {
        if (Volatile.Read(ref _cooldown) is { IsCircuit: true } open)
            Interlocked.CompareExchange(ref _cooldown, null, open);
    }
}
