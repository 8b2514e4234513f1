using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Domain.Usage;
using HoldsForAll = FsCheck.NUnit.PropertyAttribute;

namespace SaasLlm.Domain.Tests.Usage;

/// <summary>What holds for the cover of any range of whole hours.</summary>
internal sealed class CalendarCoverProperties
{
    [HoldsForAll(MaxTest = 2000, Arbitrary = new[] { typeof(Ranges) })]
    public void Cover_OfARange_IsDisjointAndComplete(HourRange range)
    {
        var units = UnitsOf(CalendarCover.Of(range.From, range.To, CalendarGrain.Quarter));

        // One after the other without a gap: each hour is in one unit and no more.
        var at = range.From;
        foreach (var (from, to, _) in units)
        {
            Assert.That(from, Is.EqualTo(at));
            Assert.That(to, Is.GreaterThan(from));
            at = to;
        }

        Assert.That(at, Is.EqualTo(range.To));
    }

    [HoldsForAll(MaxTest = 2000, Arbitrary = new[] { typeof(Ranges) })]
    public void Cover_OfARange_IsOfWholeUnitsAndMinimal(HourRange range)
    {
        var units = UnitsOf(CalendarCover.Of(range.From, range.To, CalendarGrain.Quarter));

        // The unit above never fits where a smaller one is used.
        foreach (var (from, to, grain) in units)
        {
            Assert.That((from, to), Is.EqualTo(UnitAround(from, grain)));
            if (grain == CalendarGrain.Quarter)
                continue;

            var larger = UnitAround(from, grain + 1);
            Assert.That(larger.From < range.From || larger.To > range.To, Is.True);
        }
    }

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Ranges) })]
    public void Cover_WithACoarsestUnit_UsesNoneAboveIt(HourRange range, CalendarGrain coarsest)
    {
        var cover = CalendarCover.Of(range.From, range.To, coarsest);

        Assert.That(UnitsOf(cover).Select(unit => unit.Grain), Is.All.LessThanOrEqualTo(coarsest));
        Assert.That(UnitsOf(cover).Sum(unit => (unit.To - unit.From).TotalHours), Is.EqualTo((range.To - range.From).TotalHours));
    }

    [TestCase("2026-03-01T00:00Z", "2026-04-01T00:00Z", true)]
    [TestCase("2026-03-01T00:00Z", "2026-03-01T00:00Z", true)]
    [TestCase("2026-03-01T00:00Z", "2026-03-01T05:00Z", false)]
    [TestCase("2026-03-01T01:00Z", "2026-04-01T00:00Z", false)]
    public void IsWholeDays_OfACover_SaysWhetherItNeedsNoHours(string from, string to, bool expected) =>
        Assert.That(CalendarCover.Of(Parse(from), Parse(to)).IsWholeDays, Is.EqualTo(expected));

    [TestCase("2026-03-01T00:30Z", "2026-04-01T00:00Z")]
    [TestCase("2026-03-01T00:00Z", "2026-04-01T00:00:01Z")]
    [TestCase("2026-03-02T00:00Z", "2026-03-01T00:00Z")]
    [TestCase("2026-03-01T00:00+01:00", "2026-04-01T00:00Z")]
    public void Of_WhenTheEndsAreNoWholeHours_Throws(string from, string to) =>
        Assert.That(() => CalendarCover.Of(Parse(from), Parse(to)), Throws.ArgumentException);

    private static List<(DateTimeOffset From, DateTimeOffset To, CalendarGrain Grain)> UnitsOf(CalendarCover cover)
    {
        var units = new List<(DateTimeOffset, DateTimeOffset, CalendarGrain)>();
        Add(cover.From, cover.DaysFrom, CalendarGrain.Hour);
        Add(cover.DaysFrom, cover.MonthsFrom, CalendarGrain.Day);
        Add(cover.MonthsFrom, cover.QuartersFrom, CalendarGrain.Month);
        Add(cover.QuartersFrom, cover.QuartersTo, CalendarGrain.Quarter);
        Add(cover.QuartersTo, cover.MonthsTo, CalendarGrain.Month);
        Add(cover.MonthsTo, cover.DaysTo, CalendarGrain.Day);
        Add(cover.DaysTo, cover.To, CalendarGrain.Hour);
        return units;

        void Add(DateTimeOffset from, DateTimeOffset to, CalendarGrain grain)
        {
            for (var at = from; at < to; at = UnitAround(at, grain).To)
                units.Add((at, UnitAround(at, grain).To, grain));
        }
    }

    private static (DateTimeOffset From, DateTimeOffset To) UnitAround(DateTimeOffset at, CalendarGrain grain)
    {
        var month = grain == CalendarGrain.Quarter ? (at.Month - 1) / 3 * 3 + 1 : at.Month;
        var from = new DateTimeOffset(at.Year, month, grain >= CalendarGrain.Month ? 1 : at.Day, grain == CalendarGrain.Hour ? at.Hour : 0, 0, 0, TimeSpan.Zero);
        return (from, grain switch
        {
            CalendarGrain.Hour => from.AddHours(1),
            CalendarGrain.Day => from.AddDays(1),
            CalendarGrain.Month => from.AddMonths(1),
            _ => from.AddMonths(3),
        });
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    internal sealed record HourRange(DateTimeOffset From, DateTimeOffset To);

    private static class Ranges
    {
        private static readonly DateTimeOffset Origin = new(2023, 11, 1, 0, 0, 0, TimeSpan.Zero);

        // Short ranges, long ones, and such as begin or end where a day, a month or a quarter does.
        public static Arbitrary<HourRange> Any() =>
            (from start in Hours(0, 20_000)
             from length in Gen.OneOf(Hours(0, 60), Hours(0, 3_000), Hours(0, 20_000))
             from startsWith in Gen.Choose(0, 3)
             from endsWith in Gen.Choose(0, 3)
             let begin = Cut(Origin.AddHours(start), startsWith)
             let end = Cut(Origin.AddHours(start + length), endsWith)
             select begin <= end ? new HourRange(begin, end) : new HourRange(end, begin)).ToArbitrary();

        private static Gen<int> Hours(int least, int most) => Gen.Choose(least, most);

        private static DateTimeOffset Cut(DateTimeOffset at, int grain) => UnitAround(at, (CalendarGrain)grain).From;
    }
}
