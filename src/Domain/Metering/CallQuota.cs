using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Domain.Metering;

/// <summary>Over what time a tier counts calls.</summary>
public enum QuotaPeriod
{
    /// <summary>The days of a trial.</summary>
    Trial,

    /// <summary>A calendar month, UTC.</summary>
    Month,

    /// <summary>A calendar day, UTC.</summary>
    Day,
}

/// <summary>The names that the database uses.</summary>
public static class QuotaPeriodNames
{
    public static string Of(QuotaPeriod period) => period switch
    {
        QuotaPeriod.Trial => "trial",
        QuotaPeriod.Month => "month",
        QuotaPeriod.Day => "day",
        _ => throw new ArgumentOutOfRangeException(nameof(period)),
    };
}

/// <summary>One count of one organization, loaded under its row's lock.</summary>
public sealed class QuotaCount(QuotaPeriod period, DateOnly startsOn, int limit, DateOnly endsOn, long calls)
{
    public QuotaPeriod Period => period;

    public DateOnly StartsOn => startsOn;

    /// <summary>Calls let through so far.</summary>
    public long Calls { get; private set; } = calls;

    public bool IsFull => Calls >= limit;

    /// <summary>What is left, and when all of it is there again.</summary>
    public RateLeft Left => new(limit, Math.Max(0, limit - Calls), new DateTimeOffset(endsOn, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds());

    /// <summary>Lets one more call through.</summary>
    /// <exception cref="InvalidOperationException">It is full.</exception>
    public void Take()
    {
        if (IsFull)
            throw new InvalidOperationException("The quota is used up.");
        Calls++;
    }

    /// <summary>Why another call is refused.</summary>
    public Error Refusal(DateTimeOffset now)
    {
        var what = period switch
        {
            QuotaPeriod.Day => "Daily",
            QuotaPeriod.Month => "Monthly",
            _ => "Trial",
        };
        var ending = period == QuotaPeriod.Trial ? "Subscribe to go on" : $"Resets on {endsOn:yyyy-MM-dd}";
        return new Error("quota_exceeded", FormattableString.Invariant($"Rate limit exceeded. {what} limit: {limit:N0} calls. Used: {Calls:N0}. {ending}."), ErrorKind.TooManyRequests)
        {
            Limits = new RateStatus(Left, default),
            RetryAfter = period == QuotaPeriod.Trial ? null : new DateTimeOffset(endsOn, TimeOnly.MinValue, TimeSpan.Zero) - now,
        };
    }
}

/// <summary>Which counts a tier keeps, and when they begin and end.</summary>
public static class CallQuota
{
    /// <summary>A trial whose days are over lets nothing through, whatever its count.</summary>
    public static bool IsTrialOver(TierTerms tier, DateOnly tierSince, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(tier);
        return tier.TrialDays is { } days && today >= tierSince.AddDays(days);
    }

    public static Error TrialOver(TierTerms tier)
    {
        ArgumentNullException.ThrowIfNull(tier);
        return new Error("quota_exceeded", $"Rate limit exceeded. The trial of {tier.TrialDays} days is over. Subscribe to go on.", ErrorKind.TooManyRequests);
    }

    /// <summary>The counts that apply on a day, longest first: the first one is what callers are shown.</summary>
    public static IEnumerable<(QuotaPeriod Period, DateOnly StartsOn, DateOnly EndsOn, int Limit)> On(TierTerms tier, DateOnly tierSince, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(tier);
        if (tier is { TrialCalls: { } trialCalls, TrialDays: { } trialDays })
            yield return (QuotaPeriod.Trial, tierSince, tierSince.AddDays(trialDays), trialCalls);
        if (tier.MonthlyCalls is { } monthly)
        {
            var first = new DateOnly(today.Year, today.Month, 1);
            yield return (QuotaPeriod.Month, first, first.AddMonths(1), monthly);
        }

        if (tier.DailyCalls is { } daily)
            yield return (QuotaPeriod.Day, today, today.AddDays(1), daily);
    }
}
