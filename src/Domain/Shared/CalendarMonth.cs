using System.Globalization;

namespace SaasLlm.Domain.Shared;

/// <summary>A month of the calendar, in UTC.</summary>
public readonly record struct CalendarMonth
{
    private const string Format = "yyyy-MM";

    private CalendarMonth(DateOnly firstDay) => FirstDay = firstDay;

    public DateOnly FirstDay { get; }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset Start => new(FirstDay, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>Exclusive.</summary>
    public DateTimeOffset End => Start.AddMonths(1);

    public static CalendarMonth Of(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return new CalendarMonth(new DateOnly(utc.Year, utc.Month, 1));
    }

    /// <param name="text"><c>YYYY-MM</c>, of the years 2000 to 2999.</param>
    public static bool TryParse(string? text, out CalendarMonth month)
    {
        var parsed = DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and < 3000;
        month = parsed ? new CalendarMonth(day) : default;
        return parsed;
    }

    public override string ToString() => FirstDay.ToString(Format, CultureInfo.InvariantCulture);
}
