using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace SaasLlm.Infrastructure.Postgres.Embedded;

/// <summary>
/// A private PostgreSQL server for development and tests, on 127.0.0.1 only. The process that holds the folder's lock owns the
/// server and stops it; any other process on that folder attaches to it and never stops it. A server that outlived its owner
/// (<c>kill -9</c>) is adopted by the next one.
/// </summary>
internal sealed partial class EmbeddedPostgres(ILogger<EmbeddedPostgres> logger, TimeProvider time) : IAsyncDisposable
{
    private const string Superuser = "saasllm";
    private const int StartAttempts = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private ServerFolder? _folder;
    private IDisposable? _lock;

    /// <summary>True where this process will stop the server.</summary>
    public bool IsOwner => _lock is not null;

    /// <returns>The connection string of the database.</returns>
    /// <exception cref="InvalidOperationException">No PostgreSQL was found or could be installed, or it does not start; the message says why.</exception>
    public async Task<string> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new InvalidOperationException("The private PostgreSQL server runs on Linux only: set ConnectionStrings:Postgres.");

        var folder = _folder = await ServerFolder.OpenAsync(options.DataFolder, logger, cancellationToken);
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < Patience)
        {
            _lock ??= await folder.TryLockAsync(cancellationToken);
            if (IsOwner && folder.FindRunning() is null)
                await StartServerAsync(folder, options, cancellationToken);

            // None yet: the owner is about to start it, or is stopping it and will leave us the lock.
            if (folder.FindRunning() is { } port
                && await TryOpenAsync(folder, port, options.Database, cancellationToken) is { } connectionString)
            {
                LogReady(port, folder.Path);
                return connectionString;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        throw new InvalidOperationException($"PostgreSQL did not become ready; see {folder.Log}.");
    }

    /// <summary>Stops the server where this process owns it: running statements are cancelled, everything committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lock is null || _folder is null)
            return;

        if (_folder.FindRunning() is not null)
        {
            var binaries = await new PostgresBinaries(logger, time).FindOrInstallAsync(_folder.Version, _folder.User, CancellationToken.None);
            var (exitCode, output) = await Command.RunAsync(
                Path.Combine(binaries, "pg_ctl"), ["stop", "--pgdata", _folder.Data, "--mode", "fast", "--wait"], _folder.User, CancellationToken.None);
            if (exitCode == 0)
                LogStopped();
            else
                LogNotStopped(output);
        }

        _lock.Dispose();
        _lock = null;
    }

    private async Task StartServerAsync(ServerFolder folder, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var binaries = await new PostgresBinaries(logger, time).FindOrInstallAsync(folder.Version, folder.User, cancellationToken);
        if (folder.Version is null)
            await InitializeAsync(folder, binaries, options, cancellationToken);

        folder.ForgetDead();
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port ?? (attempt == 1 && IsFree(folder.LastPort) ? folder.LastPort : FindFreePort());
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["listen_addresses"] = "127.0.0.1",
                ["port"] = port.ToString(),
                ["unix_socket_directories"] = "",
                ["shared_buffers"] = "128MB",
                ["max_connections"] = "200",
                ["timezone"] = "UTC",
            };
            foreach (var (name, value) in options.ExtraSettings)
                settings[name] = value;

            // pg_ctl gives the server a session of its own, so a terminal's Ctrl-C does not reach it before the service has
            // finished its requests. Not cancelled in between: a server half started could be neither found nor stopped.
            var (exitCode, output) = await Command.RunAsync(
                Path.Combine(binaries, "pg_ctl"),
                [
                    "start", "--pgdata", folder.Data, "--log", folder.Log, "--wait", "--silent",
                    "--options", string.Join(' ', settings.Select(setting => $"-c {setting.Key}='{setting.Value}'")),
                ],
                folder.User,
                CancellationToken.None);
            if (exitCode == 0)
            {
                folder.LastPort = port;
                return;
            }

            // The port was taken meanwhile, or processes of a killed server still hold its memory for a moment.
            if (attempt == StartAttempts)
                throw new InvalidOperationException($"PostgreSQL does not start: {output}\n{LastLines(folder.Log)}");
            await Task.Delay(Pause * 5, time, cancellationToken);
        }
    }

    private async Task InitializeAsync(ServerFolder folder, string binaries, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        LogInitializing(folder.Path);
        await folder.MakePasswordAsync(cancellationToken);

        // Made aside and moved when whole, so that a killed initdb is never taken for data.
        var scratch = folder.Data + ".new";
        if (Directory.Exists(scratch))
            Directory.Delete(scratch, recursive: true);
        List<string> arguments =
        [
            "--pgdata", scratch, "--username", Superuser, "--pwfile", folder.PasswordFile, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C", "--data-checksums",
        ];
        if (options.ExtraSettings.TryGetValue("fsync", out var fsync) && fsync == "off")
            arguments.Add("--no-sync");
        await Command.RunOrThrowAsync(Path.Combine(binaries, "initdb"), arguments, folder.User, cancellationToken);
        Directory.Move(scratch, folder.Data);
    }

    /// <summary>Opens a real connection, which alone proves that the server is ready; null: not yet.</summary>
    private static async Task<string?> TryOpenAsync(ServerFolder folder, int port, string database, CancellationToken cancellationToken)
    {
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = Superuser,
            Password = folder.ReadPassword(),
            Database = "postgres",
            Pooling = false,
        };
        try
        {
            await using var connection = new NpgsqlConnection(address.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await CreateDatabaseAsync(connection, database, cancellationToken);
        }
        catch (NpgsqlException failure) when (failure.IsTransient)
        {
            return null;
        }

        address.Database = database;
        address.Pooling = true;
        return address.ConnectionString;
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } };
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
            return;

        try
        {
            // A name cannot be a parameter.
            await using var create = new NpgsqlCommand($"create database {new NpgsqlCommandBuilder().QuoteIdentifier(database)}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException twice) when (twice.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process made it at the same moment.
        }
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        if (port == 0)
            return false;

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string LastLines(string file) => File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(5)) : "";

    [LoggerMessage(LogLevel.Information, "Creating a PostgreSQL data folder in {Folder}")]
    private partial void LogInitializing(string folder);

    [LoggerMessage(LogLevel.Information, "PostgreSQL is ready on 127.0.0.1:{Port}, data in {Folder}")]
    private partial void LogReady(int port, string folder);

    [LoggerMessage(LogLevel.Information, "PostgreSQL stopped")]
    private partial void LogStopped();

    [LoggerMessage(LogLevel.Error, "PostgreSQL could not be stopped: {Output}")]
    private partial void LogNotStopped(string output);
}
