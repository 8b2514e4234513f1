using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Infrastructure.Postgres.Embedded;

namespace SaasLlm.Bench.Servers;

/// <summary>A PostgreSQL server of this run alone, as durable as in production: every commit is on disk before it is answered.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan FoldedPoll = TimeSpan.FromMilliseconds(100);

    private readonly EmbeddedPostgres _server;

    private PostgresServer(EmbeddedPostgres server, string connectionString, int processId)
    {
        _server = server;
        ConnectionString = connectionString;
        ProcessId = processId;
    }

    public string ConnectionString { get; }

    /// <summary>The first of its processes, the parent of all others.</summary>
    public int ProcessId { get; }

    public static async Task<PostgresServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var server = new EmbeddedPostgres(NullLogger<EmbeddedPostgres>.Instance, TimeProvider.System);
        try
        {
            var options = new EmbeddedPostgresOptions
            {
                DataFolder = folder,
                ExtraSettings = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["fsync"] = "on",
                    ["synchronous_commit"] = "on",
                    ["full_page_writes"] = "on",
                    ["max_connections"] = "300",
                },
            };
            var connectionString = await server.StartAsync(options, cancellationToken);
            var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "data", "postmaster.pid"), cancellationToken);
            return new PostgresServer(server, connectionString, int.Parse(lines[0]));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one statement; gives the first value.</summary>
    public async Task<object?> SqlAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Waits until the service has added up all that is queued for its reports.</summary>
    public async Task WaitUntilFoldedAsync(CancellationToken cancellationToken)
    {
        while (await SqlAsync("select exists (select from calls_to_roll) or exists (select from jobs_to_roll)", cancellationToken) is true)
            await Task.Delay(FoldedPoll, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
    }
}
