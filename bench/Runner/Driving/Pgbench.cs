using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Driving;

/// <summary>PostgreSQL's own benchmark on the same server: what this machine's disk and CPU make of small transactions.</summary>
internal sealed partial class Pgbench(string program, string connectionString)
{
    private const int Scale = 10;
    private const int Clients = 8;
    private const int Threads = 2;
    private const string Database = "pgbench";

    /// <summary>Null: this machine has none.</summary>
    public static string? Find()
    {
        // Debian's own folders first: what it has on PATH is a wrapper that only looks there too.
        var debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return debian.Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => Path.Combine(folder, "pgbench"))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Makes its tables in a database of their own.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using var create = new NpgsqlCommand($"create database {Database}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        await RunAsync(["--initialize", "--quiet", $"--scale={Scale}", Database], cancellationToken);
    }

    /// <summary>The TPC-B-like script.</summary>
    public async Task<Load> MeasureAsync(int seconds, CancellationToken cancellationToken)
    {
        var output = await RunAsync([$"--client={Clients}", $"--jobs={Threads}", $"--time={seconds}", Database], cancellationToken);
        var match = Result().Match(output);
        if (!match.Success)
            throw new InvalidOperationException("pgbench: " + output);

        return new Load
        {
            Requests = long.Parse(match.Groups["transactions"].Value, CultureInfo.InvariantCulture),
            Seconds = long.Parse(match.Groups["transactions"].Value, CultureInfo.InvariantCulture) / double.Parse(match.Groups["rate"].Value, CultureInfo.InvariantCulture),
            Errors = 0,
            P50Ms = null,
            P99Ms = null,
        };
    }

    private async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PGHOST"] = address.Host;
        start.Environment["PGPORT"] = address.Port.ToString();
        start.Environment["PGUSER"] = address.Username;
        start.Environment["PGPASSWORD"] = address.Password;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench did not start.");
        try
        {
            var faults = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? output : throw new InvalidOperationException("pgbench: " + await faults);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [GeneratedRegex(@"transactions actually processed: (?<transactions>\d+)(.|\n)*?tps = (?<rate>[\d.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Result();
}
