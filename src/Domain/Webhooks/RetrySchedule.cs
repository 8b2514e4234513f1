namespace SaasLlm.Domain.Webhooks;

/// <summary>When an event that was not taken is sent again, and when its receiver is given up.</summary>
/// <param name="GiveUpAfter">From the first of the failures in a row.</param>
public sealed record RetrySchedule(TimeSpan GiveUpAfter)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The share of a pause that chance takes away or adds, so that receivers which fell together are not asked together.</summary>
    private const double Spread = 0.2;

    /// <summary>The time of the next attempt; null: there is none any more. The last one comes just when the time is over.</summary>
    /// <param name="failures">Attempts in a row that failed, the last included.</param>
    /// <param name="failingSince">When the first of them was made.</param>
    /// <param name="retryAfter">What the receiver asks for; null: nothing. It can only delay.</param>
    /// <param name="chance">0 to 1.</param>
    public DateTimeOffset? Next(DateTimeOffset now, int failures, DateTimeOffset failingSince, TimeSpan? retryAfter, double chance)
    {
        var end = failingSince + GiveUpAfter;
        if (now >= end)
            return null;

        // Doubled more often it would not fit, and has long been the longest.
        var doubled = First * Math.Pow(2, Math.Min(failures - 1, 30));
        var pause = (doubled < Longest ? doubled : Longest) * (1 + (Spread * ((2 * chance) - 1)));
        if (retryAfter > pause)
            pause = retryAfter.Value;
        return now + pause < end ? now + pause : end;
    }
}
