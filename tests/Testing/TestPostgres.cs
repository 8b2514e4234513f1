using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Postgres.Embedded;

namespace SaasLlm.Testing;

/// <summary>
/// One real PostgreSQL for each test process, started when the first test asks for it. A machine without PostgreSQL fails
/// these tests; it never skips them.
/// </summary>
public static class TestPostgres
{
    private const string Template = "migrated_template";

    private static readonly SemaphoreSlim Starting = new(1, 1);
    private static readonly EmbeddedPostgres Server = new(NullLogger<EmbeddedPostgres>.Instance, TimeProvider.System);
    private static string? _address;

    /// <summary>
    /// The same folder in every run of this test project from this place, so that a server which outlived a killed run is taken
    /// over and stopped by the next one.
    /// </summary>
    private static string Folder { get; } = Path.Combine(
        Root(),
        "saasllm-tests-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.UserName + AppContext.BaseDirectory)))[..12]);

    /// <summary>
    /// In memory, where a run fits: a database is hundreds of files, and ext4 steps for minutes around the inodes of those that were
    /// deleted, so that on disk each one takes half a second where another test project has just ended.
    /// </summary>
    private static string Root()
    {
        const string Memory = "/dev/shm";
        const long Room = 8L << 30;
        return Directory.Exists(Memory) && new DriveInfo(Memory).TotalSize >= Room ? Memory : Path.GetTempPath();
    }

    /// <summary>A new database with every migration applied, for one test alone.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = $"test_{Guid.CreateVersion7():n}";
        var address = await StartAsync(cancellationToken);
        await ExecuteAsync(address, $"create database {name} template {Template}", cancellationToken);
        return With(address, name);
    }

    /// <summary>A new database without any table, for tests of the migrations.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateEmptyDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = $"test_{Guid.CreateVersion7():n}";
        var address = await StartAsync(cancellationToken);
        await ExecuteAsync(address, $"create database {name}", cancellationToken);
        return With(address, name);
    }

    /// <summary>Stops the server and removes its data. Does nothing where no test has used it.</summary>
    public static async Task StopAsync()
    {
        NpgsqlConnection.ClearAllPools();
        var owner = Server.IsOwner;
        await Server.DisposeAsync();
        if (owner)
            Directory.Delete(Folder, recursive: true);
    }

    private static async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        await Starting.WaitAsync(cancellationToken);
        try
        {
            return _address ??= await StartServerAsync(cancellationToken);
        }
        finally
        {
            Starting.Release();
        }
    }

    private static async Task<string> StartServerAsync(CancellationToken cancellationToken)
    {
        var address = await Server.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = Folder,
                Database = "maintenance",
                ExtraSettings = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["fsync"] = "off",
                    ["full_page_writes"] = "off",
                    ["max_connections"] = "500",
                },
            },
            cancellationToken);

        // A run that was killed may have left one of another version.
        await ExecuteAsync(address, $"drop database if exists {Template}", cancellationToken);
        await ExecuteAsync(address, $"create database {Template}", cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(With(address, Template));
        await new Migrations(dataSource, NullLogger<Migrations>.Instance).ApplyAsync(cancellationToken);
        return address;
    }

    private static async Task ExecuteAsync(string address, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string With(string address, string database) =>
        new NpgsqlConnectionStringBuilder(address) { Database = database }.ConnectionString;
}
