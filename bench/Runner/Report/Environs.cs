using System.Diagnostics;
using System.Runtime.InteropServices;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Report;

/// <summary>When, of what and on what a run was made; nothing that names the machine or its folders.</summary>
internal sealed record Environs(DateTimeOffset Date, string Commit, string Machine)
{
    public static async Task<Environs> ReadAsync(PostgresServer postgres, CancellationToken cancellationToken)
    {
        var commit = await RunAsync("git", ["-C", Repository.Root, "rev-parse", "--short=12", "HEAD"], cancellationToken);
        var changed = await RunAsync("git", ["-C", Repository.Root, "status", "--porcelain", "--", "src", "bench/Runner", "bench/BareProxy"], cancellationToken);
        var nginx = await RunAsync("nginx", ["-v"], cancellationToken);
        var kernel = (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellationToken)).Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30);
        return new Environs(
            TimeProvider.System.GetUtcNow(),
            (commit.Length == 0 ? "unknown" : commit) + (changed.Length == 0 ? "" : ", with changes"),
            $"{Environment.ProcessorCount} cores ({Processor()}), {memory} GB, Linux {kernel}, {RuntimeInformation.FrameworkDescription}, "
            + $"PostgreSQL {await postgres.SqlAsync("show server_version", cancellationToken)}, nginx {nginx.Split('/').Last()}");
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ", 2).Last() ?? "unknown";

    /// <summary>What a program prints, on either channel; empty where it is missing or fails.</summary>
    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using var process = Process.Start(start)!;
            var faults = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? (output + await faults).Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
