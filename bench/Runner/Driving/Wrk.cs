using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Driving;

/// <summary>Drives a server with wrk: a fixed number of connections, each of which sends its next request when it has its answer.</summary>
internal static partial class Wrk
{
    /// <summary>One thread of two cores: the servers need the rest, and it can send far more than any of them answers.</summary>
    private const int Threads = 1;

    public static async Task<Load> RunAsync(Calls calls, int connections, int seconds, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "wrk",
            [
                "--threads", Threads.ToString(), "--connections", connections.ToString(), "--duration", $"{seconds}s", "--timeout", "10s",
                "--latency", "--script", Repository.Script("calls.lua"), calls.Subject.Address.ToString(), "--", calls.PathsFile, calls.BodyFile, calls.Key,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
        try
        {
            var faults = wrk.StandardError.ReadToEndAsync(cancellationToken);
            var output = await wrk.StandardOutput.ReadToEndAsync(cancellationToken);
            await wrk.WaitForExitAsync(cancellationToken);
            return Read(output) ?? throw new InvalidOperationException($"wrk ended with {wrk.ExitCode}: {output}{await faults}");
        }
        finally
        {
            if (!wrk.HasExited)
                wrk.Kill();
        }
    }

    private static Load? Read(string output)
    {
        var figures = Figure().Matches(output.Split('\n').LastOrDefault(line => line.StartsWith("figures ", StringComparison.Ordinal)) ?? "")
            .ToDictionary(match => match.Groups["name"].Value, match => long.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        if (figures.Count == 0)
            return null;

        return new Load
        {
            Requests = figures["requests"],
            Seconds = figures["duration_us"] / 1e6,
            P50Ms = figures["p50_us"] / 1e3,
            P99Ms = figures["p99_us"] / 1e3,
            Errors = figures["status"] + figures["connect"] + figures["read"] + figures["write"] + figures["timeout"],
        };
    }

    [GeneratedRegex(@"(?<name>\w+)=(?<value>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Figure();
}
