using System.Globalization;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Usage;

namespace SaasLlm.Application.Usage;

/// <summary>
/// A range of whole hours in UTC, given as a year, month or day (<c>YYYY</c>, <c>YYYY-MM</c> or <c>YYYY-MM-DD</c>) or by its two ends.
/// </summary>
/// <param name="Text">As it was given; of two ends, an ISO 8601 interval.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public sealed record UsagePeriod(string Text, DateTimeOffset From, DateTimeOffset To)
{
    private const string Hours = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Latest = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="period">A year, month or day; null where two ends are given, or for the month of <paramref name="now"/>.</param>
    /// <param name="from">ISO 8601, a date or a whole hour; without an offset it is UTC.</param>
    /// <param name="to">As <paramref name="from"/>; null: the end of the current hour.</param>
    public static Result<UsagePeriod> Parse(string? period, string? from, string? to, DateTimeOffset now)
    {
        if (from is null && to is null)
            return Parse(period, now);
        if (period is not null)
            return Error.Field("period", "goes without from and to.");
        if (from is null)
            return Error.Field("from", "is required with to.");

        if (!TryParseHour(from, out var start))
            return Error.Field("from", "must be a date or a time on a whole hour, in ISO 8601, from 2000 on.");
        var end = new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour + 1), TimeSpan.Zero);
        if (to is not null && !TryParseHour(to, out end))
            return Error.Field("to", "must be a date or a time on a whole hour, in ISO 8601, from 2000 on.");
        if (start >= end)
            return Error.Field("from", "must be before to.");

        return new UsagePeriod(
            string.Create(CultureInfo.InvariantCulture, $"{start.ToString(Hours, CultureInfo.InvariantCulture)}/{end.ToString(Hours, CultureInfo.InvariantCulture)}"), start, end);
    }

    /// <param name="text">Null: the month of <paramref name="now"/>.</param>
    public static Result<UsagePeriod> Parse(string? text, DateTimeOffset now)
    {
        text ??= now.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var (format, end) = text.Length switch
        {
            4 => ("yyyy", (Func<DateTimeOffset, DateTimeOffset>)(from => from.AddYears(1))),
            7 => ("yyyy-MM", from => from.AddMonths(1)),
            10 => ("yyyy-MM-dd", from => from.AddDays(1)),
            _ => (null!, null!),
        };
        if (format is null
            || !DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
            || start.Year >= 9999)
            return Error.Field("period", "must be YYYY, YYYY-MM or YYYY-MM-DD.");

        return new UsagePeriod(text, start, end(start));
    }

    public CalendarCover Cover(CalendarGrain coarsest = CalendarGrain.Month) => CalendarCover.Of(From, To, coarsest);

    private static bool TryParseHour(string text, out DateTimeOffset at) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at)
        && CalendarCover.IsWholeHour(at)
        && at >= Earliest
        && at <= Latest;
}
