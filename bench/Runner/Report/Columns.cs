using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Report;

/// <summary>The figures in the order in which they are shown.</summary>
internal static class Columns
{
    public static IReadOnlyList<Column> Times { get; } =
    [
        new("p50 ms", "0.00", figures => figures.P50Ms),
        new("p99 ms", "0.00", figures => figures.P99Ms),
        new("first event p50 ms", "0.00", figures => figures.FirstEventP50Ms),
        new("first call ms", "0.0", figures => figures.FirstCallMs),
        new("event p50 ms", "0.00", figures => figures.EventP50Ms),
        new("event p99 ms", "0.00", figures => figures.EventP99Ms),
    ];

    public static IReadOnlyList<Column> All { get; } =
    [
        new("per second", "#,0", figures => figures.RequestsPerSecond),
        .. Times,
        new("late events", "0", figures => figures.LateEvents),
        new("CPU µs", "0", figures => figures.CpuMicros),
        new("PostgreSQL CPU µs", "0", figures => figures.PostgresCpuMicros),
        new("CPU µs, both", "0", figures => figures.AllCpuMicros),
        new("allocated kB", "0.0", figures => figures.AllocatedBytes / 1000),
        new("peak MB", "0", figures => figures.PeakMb),
        new("errors", "0", figures => figures.Errors),
    ];
}

/// <param name="Format">Of the number.</param>
/// <param name="Of">Null: the server has no such figure.</param>
internal sealed record Column(string Title, string Format, Func<Figures, double?> Of);
