namespace SaasLlm.Domain.Credits;

/// <summary>How often a wallet is refilled. Periods begin at 00:00 UTC.</summary>
public enum RefillPeriod
{
    Daily,

    /// <summary>Begins on Mondays.</summary>
    Weekly,

    /// <summary>Begins on the first.</summary>
    Monthly,
}

public static class RefillPeriods
{
    /// <summary>All names, for messages.</summary>
    public const string Rule = "must be daily, weekly or monthly";

    public static bool TryParse(string? name, out RefillPeriod period)
    {
        (var known, period) = name switch
        {
            "daily" => (true, RefillPeriod.Daily),
            "weekly" => (true, RefillPeriod.Weekly),
            "monthly" => (true, RefillPeriod.Monthly),
            _ => (false, default),
        };
        return known;
    }

    public static RefillPeriod Parse(string name) =>
        TryParse(name, out var period) ? period : throw new ArgumentException($"Unknown period '{name}'.", nameof(name));

    /// <summary>The first day of the period after the one that a day is in.</summary>
    public static DateOnly NextStart(this RefillPeriod period, DateOnly day) => period switch
    {
        RefillPeriod.Daily => day.AddDays(1),
        RefillPeriod.Weekly => day.AddDays(7 - (((int)day.DayOfWeek + 6) % 7)),
        _ => new DateOnly(day.Year, day.Month, 1).AddMonths(1),
    };
}
