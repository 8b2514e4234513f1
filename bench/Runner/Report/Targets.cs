using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Modes;

namespace SaasLlm.Bench.Report;

/// <summary>What a run is to reach, and what it reached.</summary>
/// <param name="Stretch">Null: there is no further goal.</param>
internal sealed record Target(string What, string Goal, string Measured, bool Met, string? Stretch = null);

internal static class Targets
{
    /// <summary>Those that the modes which ran can tell about.</summary>
    public static IReadOnlyList<Target> Of(IReadOnlyList<ModeResult> results)
    {
        var targets = new List<Target>();
        var modes = results.ToDictionary(result => result.Mode);

        On("plain32", (service, bare) =>
        {
            var throughput = service.RequestsPerSecond / bare.RequestsPerSecond;
            targets.Add(AtMost("plain, 32 connections: CPU of the service", service.CpuMicros / bare.CpuMicros, 4, stretch: 2.5));
            targets.Add(AtMost("plain, 32 connections: CPU of service and PostgreSQL", service.AllCpuMicros / bare.CpuMicros, 7));
            targets.Add(AtLeast("plain, 32 connections: throughput", throughput, 0.20, stretch: 0.38));
            targets.Add(new Target("plain, 32 connections: errors", "none", service.Errors.ToString("0"), service.Errors == 0));
        });
        On("plain1", (service, bare) => targets.Add(Added("one connection: added latency, p50", service.P50Ms - bare.P50Ms, 1.5)));
        On("slow1000", (service, bare) =>
        {
            targets.Add(AtLeast("1,000 connections, 200 ms upstream: throughput", service.RequestsPerSecond / bare.RequestsPerSecond, 0.9));
            targets.Add(new Target("1,000 connections, 200 ms upstream: p99", "≤ 300 ms", $"{service.P99Ms:0} ms", service.P99Ms <= 300));
        });
        On("stream32", (service, bare) => targets.Add(AtMost("streams, 32 connections: CPU of the service", service.CpuMicros / bare.CpuMicros, 4)));
        On(StreamMode.FirstEvent, (service, bare) => targets.Add(Added("streams: first event, p50", service.FirstEventP50Ms - bare.FirstEventP50Ms, 1)));
        On("paced400", (service, bare) =>
        {
            targets.Add(AtMost("400 paced streams: CPU of the service", service.CpuMicros / bare.CpuMicros, 4));
            targets.Add(new Target(
                "400 paced streams: events held back until the next one", "no more than at the bare proxy", $"{service.LateEvents:0}", service.LateEvents <= bare.LateEvents));
        });
        if (modes.TryGetValue("database", out var database) && database.Of(Subject.Pgbench) is { } pgbench)
        {
            Against(DatabaseMode.Settlement, 10);
            Against(DatabaseMode.Creation, 1);
            Against(DatabaseMode.WholeJobs, 0.25);
            Against(DatabaseMode.ManyWholeJobs, 0.25);

            void Against(string subject, double least)
            {
                if (database.Of(subject) is { } figures)
                    targets.Add(AtLeast($"{subject}, against pgbench", figures.RequestsPerSecond / pgbench.RequestsPerSecond, least));
            }
        }

        return targets;

        void On(string mode, Action<Figures, Figures> judge)
        {
            if (modes.TryGetValue(mode, out var result) && result.Of(Subject.Service) is { } service && result.Of(Subject.Bare) is { } bare)
                judge(service, bare);
        }
    }

    private static Target AtMost(string what, double? ratio, double most, double? stretch = null) =>
        new(what, $"≤ {most}×", $"{ratio:0.00}×", ratio <= most, stretch is null ? null : $"≤ {stretch}×: {Verdict(ratio <= stretch)}");

    private static Target AtLeast(string what, double ratio, double least, double? stretch = null) =>
        new(what, $"≥ {least:0.0#}×", $"{ratio:0.00}×", ratio >= least, stretch is null ? null : $"≥ {stretch}×: {Verdict(ratio >= stretch)}");

    private static Target Added(string what, double? addedMs, double mostMs) =>
        new(what, $"≤ +{mostMs:0.0} ms", $"{addedMs:+0.00;-0.00} ms", addedMs <= mostMs);

    public static string Verdict(bool met) => met ? "met" : "missed";
}
