using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Infrastructure.Postgres.Embedded;

namespace SaasLlm.Testing;

/// <summary>A PostgreSQL of one test that can be stopped, orderly or not, and started again at the same address with what it had committed. It writes through to the disk, as in production.</summary>
public sealed class RestartablePostgres : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "saasllm-cluster-" + Guid.CreateVersion7().ToString("N")[^12..]);
    private readonly int _port = Ports.Lasting();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private EmbeddedPostgres? _server;
    private bool _disposed;

    /// <summary>Valid once it was started, and from then on.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Starts it, or starts it again; ready when this returns.</summary>
    /// <exception cref="ObjectDisposedException">The test is over, and nothing must be left of it.</exception>
    public async Task StartAsync()
    {
        await _changing.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            await StartServerAsync();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Orderly: running statements are cancelled, connections closed, the log is written out.</summary>
    public async Task StopAsync() => await _server!.DisposeAsync();

    /// <summary>SIGQUIT: every process of the server drops what it does; the next start recovers from the log.</summary>
    public async Task CrashAsync()
    {
        var processId = int.Parse((await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid")))[0]);
        using (var kill = Process.Start("bash", ["-c", $"kill -QUIT {processId}"]))
            await kill.WaitForExitAsync();

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (IsRunning(processId))
            await poll.WaitForNextTickAsync(deadline.Token);
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync();
        _disposed = true;
        _changing.Release();
        if (_server is null)
            return;

        await StopAsync();
        using (var pooled = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(pooled);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartServerAsync()
    {
        _server = new EmbeddedPostgres(NullLogger<EmbeddedPostgres>.Instance, TimeProvider.System);
        ConnectionString = await _server.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = _folder,
                Port = _port,
                ExtraSettings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "500" },
            },
            CancellationToken.None);
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            // A dead one that nobody has waited for keeps its number, but has no command line any more.
            return File.ReadAllText($"/proc/{processId}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
