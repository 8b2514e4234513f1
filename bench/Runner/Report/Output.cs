using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Report;

/// <summary>What the person at the console sees while it runs.</summary>
internal static class Output
{
    public static void Line(string text) => Console.WriteLine(text);

    public static void Round(int round, Subject subject, Figures figures, bool quiet)
    {
        var times = string.Join("  ", Columns.Times.Select(column => (column.Title, Value: column.Of(figures))).Where(time => time.Value is not null)
            .Select(time => $"{time.Title} {time.Value:0.00}"));
        var postgres = figures.PostgresCpuMicros is { } micros ? $" + {micros:0} PostgreSQL" : "";
        var cpu = figures.CpuMicros is { } own ? $"  CPU {own:0}{postgres} µs" : "";
        var late = figures.LateEvents is { } events ? $"  {events:0} late events" : "";
        var peak = figures.PeakMb is { } mb ? $"  {mb:0} MB" : "";
        var allocated = figures.AllocatedBytes is { } bytes ? $"  {bytes / 1000:0.0} kB" : "";
        Line(
            $"  {round} {subject.Name,-20} {figures.RequestsPerSecond,9:#,0.0}/s  {times}{late}{cpu}{allocated}{peak}"
            + $"  {figures.Errors} errors  steal {figures.Steal:0.0%}  foreign {figures.Foreign:0%}{(quiet ? "" : "  left out")}");
    }
}
