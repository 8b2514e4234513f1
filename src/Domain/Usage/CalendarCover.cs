namespace SaasLlm.Domain.Usage;

/// <summary>
/// A range of time as the fewest whole quarters, months, days and hours that make it up: hours until <see cref="DaysFrom"/>, days
/// until <see cref="MonthsFrom"/>, months until <see cref="QuartersFrom"/>, quarters until <see cref="QuartersTo"/>, months until
/// <see cref="MonthsTo"/>, days until <see cref="DaysTo"/>, and hours again. Where there are none of a kind, its two ends meet.
/// </summary>
public sealed record CalendarCover
{
    private CalendarCover(DateTimeOffset from, DateTimeOffset to) => (From, To) = (from, to);

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; }

    public DateTimeOffset DaysFrom { get; private init; }

    public DateTimeOffset MonthsFrom { get; private init; }

    public DateTimeOffset QuartersFrom { get; private init; }

    public DateTimeOffset QuartersTo { get; private init; }

    public DateTimeOffset MonthsTo { get; private init; }

    public DateTimeOffset DaysTo { get; private init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; }

    /// <summary>True where no hours are needed.</summary>
    public bool IsWholeDays => DaysFrom == From && DaysTo == To;

    /// <param name="from">A whole hour in UTC.</param>
    /// <param name="to">A whole hour in UTC, not before <paramref name="from"/>.</param>
    /// <param name="coarsest">The longest units that may be used.</param>
    /// <exception cref="ArgumentException">The ends are no whole hours in UTC, or the wrong way round.</exception>
    public static CalendarCover Of(DateTimeOffset from, DateTimeOffset to, CalendarGrain coarsest = CalendarGrain.Month)
    {
        if (!IsWholeHour(from) || !IsWholeHour(to) || from > to)
            throw new ArgumentException("A cover is of whole hours, in order.", nameof(from));

        var daysFrom = NextDay(from);
        var daysTo = StartOfDay(to);
        if (coarsest == CalendarGrain.Hour || daysFrom >= daysTo)
            (daysFrom, daysTo) = (to, to);

        var monthsFrom = NextMonth(daysFrom);
        var monthsTo = StartOfMonth(daysTo);
        if (coarsest < CalendarGrain.Month || monthsFrom >= monthsTo)
            (monthsFrom, monthsTo) = (daysTo, daysTo);

        var quartersFrom = NextQuarter(monthsFrom);
        var quartersTo = StartOfQuarter(monthsTo);
        if (coarsest < CalendarGrain.Quarter || quartersFrom >= quartersTo)
            (quartersFrom, quartersTo) = (monthsTo, monthsTo);

        return new CalendarCover(from, to)
        {
            DaysFrom = daysFrom,
            MonthsFrom = monthsFrom,
            QuartersFrom = quartersFrom,
            QuartersTo = quartersTo,
            MonthsTo = monthsTo,
            DaysTo = daysTo,
        };
    }

    public static bool IsWholeHour(DateTimeOffset at) => at.Offset == TimeSpan.Zero && at.Ticks % TimeSpan.TicksPerHour == 0;

    private static DateTimeOffset StartOfDay(DateTimeOffset at) => new(at.Date, TimeSpan.Zero);

    private static DateTimeOffset StartOfMonth(DateTimeOffset at) => new(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset StartOfQuarter(DateTimeOffset at) => StartOfMonth(at).AddMonths(-((at.Month - 1) % 3));

    /// <summary>The first start of a day that is not before.</summary>
    private static DateTimeOffset NextDay(DateTimeOffset at) => StartOfDay(at) is var start && start == at ? start : start.AddDays(1);

    private static DateTimeOffset NextMonth(DateTimeOffset at) => StartOfMonth(at) is var start && start == at ? start : start.AddMonths(1);

    private static DateTimeOffset NextQuarter(DateTimeOffset at) => StartOfQuarter(at) is var start && start == at ? start : start.AddMonths(3);
}
