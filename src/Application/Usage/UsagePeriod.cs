using System.Globalization;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Usage;

/// <summary>A year, month or day in UTC: <c>YYYY</c>, <c>YYYY-MM</c> or <c>YYYY-MM-DD</c>.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public sealed record UsagePeriod(string Text, DateTimeOffset From, DateTimeOffset To)
{
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
}
