using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace SaasLlm.Infrastructure.Postgres.Embedded;

/// <summary>The folder of one private server, and the operating-system user that its programs run as.</summary>
internal sealed partial class ServerFolder
{
    /// <summary>Where root keeps what another user must be able to reach.</summary>
    public const string SharedRoot = "/var/lib/saasllm";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private ServerFolder(string path, string? user)
    {
        Path = path;
        User = user;
    }

    public string Path { get; }

    /// <summary>PostgreSQL refuses to run as root: then the folder's owner, else <c>postgres</c>, else <c>nobody</c>. Null: this process's own user.</summary>
    public string? User { get; }

    /// <summary>PostgreSQL's own data directory.</summary>
    public string Data => System.IO.Path.Combine(Path, "data");

    public string Log => System.IO.Path.Combine(Path, "postgres.log");

    public string PasswordFile => System.IO.Path.Combine(Path, "password");

    private string PortFile => System.IO.Path.Combine(Path, "port");

    private string PostmasterFile => System.IO.Path.Combine(Data, "postmaster.pid");

    /// <summary>Makes the folder where it is missing, at a place that the server's user can reach.</summary>
    public static async Task<ServerFolder> OpenAsync(string path, ILogger logger, CancellationToken cancellationToken)
    {
        var target = new DirectoryInfo(path).LinkTarget ?? path;
        Directory.CreateDirectory(target, OwnerOnly | UnixFileMode.UserExecute);
        if (!Environment.IsPrivilegedProcess)
            return new ServerFolder(target, null);

        var folder = new ServerFolder(target, await FindUserAsync(target, cancellationToken));
        await folder.GiveAsync(target, cancellationToken);
        if (await folder.CanReachAsync(target, cancellationToken))
            return folder;

        // A clone below /root, for instance. The data lives elsewhere; the link keeps it findable.
        if (Directory.EnumerateFileSystemEntries(target).Any())
            throw new InvalidOperationException($"{target} holds data, but user {folder.User} cannot reach it: open its parent folders (chmod o+x) or set Postgres:DataFolder.");

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
        var moved = System.IO.Path.Combine(SharedRoot, hash);
        Directory.CreateDirectory(moved);
        await folder.GiveAsync(moved, cancellationToken);
        File.SetUnixFileMode(moved, OwnerOnly | UnixFileMode.UserExecute);
        Directory.Delete(target);
        Directory.CreateSymbolicLink(path, moved);
        LogMoved(logger, path, folder.User!, moved);
        return new ServerFolder(moved, folder.User);
    }

    /// <summary>The lock that makes this process the server's owner, until it is disposed or the process dies; null: another process has it.</summary>
    /// <exception cref="InvalidOperationException">The folder belongs to another user.</exception>
    public async Task<IDisposable?> TryLockAsync(CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(Path, "lock");
        try
        {
            var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
            await GiveAsync(file, cancellationToken);
            return stream;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new InvalidOperationException($"{Path} belongs to another user: run as that user or as root, or set Postgres:DataFolder.", refused);
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }

    /// <summary>The port of the server that runs on this folder; null: none does.</summary>
    public int? FindRunning()
    {
        // Lines: process id, data directory, start time, port, …; the first ones are there before the port is.
        var lines = ReadPostmasterFile();
        return lines.Length > 3 && IsServer(lines[0]) && int.TryParse(lines[3], out var port) ? port : null;
    }

    /// <summary>
    /// Removes the process id that a killed server left behind where it now names something else: PostgreSQL would take any
    /// process of that number (a zombie too) for a running server and refuse to start.
    /// </summary>
    public void ForgetDead()
    {
        var lines = ReadPostmasterFile();
        if (lines.Length > 0 && !IsServer(lines[0]))
            File.Delete(PostmasterFile);
    }

    /// <summary>The port of the last start, for tools that remember it; 0: none yet.</summary>
    public int LastPort
    {
        get => File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), out var port) ? port : 0;
        set
        {
            // Deleted first: the file may have been root's, in a folder that is now an ordinary user's again.
            File.Delete(PortFile);
            File.WriteAllText(PortFile, value.ToString());
        }
    }

    /// <summary>The server's version (15, for instance); null: nothing was initialized yet.</summary>
    public string? Version
    {
        get
        {
            var file = System.IO.Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
    }

    public string ReadPassword() => File.ReadAllText(PasswordFile);

    /// <summary>A new random password, readable for the server's user and root only.</summary>
    public async Task MakePasswordAsync(CancellationToken cancellationToken)
    {
        File.Delete(PasswordFile);
        await using (var stream = new FileStream(PasswordFile, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            await stream.WriteAsync(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(40, lowercase: true)), cancellationToken);
        await GiveAsync(PasswordFile, cancellationToken);
    }

    private string[] ReadPostmasterFile()
    {
        try
        {
            return File.ReadAllLines(PostmasterFile);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private bool IsServer(string processId)
    {
        try
        {
            var commandLine = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
            return commandLine[0].EndsWith("postgres", StringComparison.Ordinal) && commandLine.Contains(Data, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>As root, hands a file or folder to the server's user.</summary>
    private async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        if (User is not null)
            await Command.RunOrThrowAsync("chown", [$"{User}:", path], null, cancellationToken);
    }

    private async Task<bool> CanReachAsync(string path, CancellationToken cancellationToken) =>
        (await Command.RunAsync("test", ["-w", path], User, cancellationToken)).ExitCode == 0;

    private static async Task<string> FindUserAsync(string path, CancellationToken cancellationToken)
    {
        var owner = await Command.RunOrThrowAsync("stat", ["--format=%U", path], null, cancellationToken);
        if (owner is not ("root" or "UNKNOWN"))
            return owner;

        return File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
    }

    [LoggerMessage(LogLevel.Information, "{Folder} cannot be reached by user {User}, who runs PostgreSQL: the data is in {Moved}, and {Folder} is a link to it")]
    private static partial void LogMoved(ILogger logger, string folder, string user, string moved);
}
