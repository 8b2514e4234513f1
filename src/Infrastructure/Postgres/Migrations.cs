using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>
/// Applies the embedded <c>migrations/NNNN_name.sql</c> in order, each in its own transaction, under an advisory lock so that
/// nodes that start together do not race. A released file is never edited: its checksum is compared at every start.
/// </summary>
internal sealed partial class Migrations(NpgsqlDataSource dataSource, ILogger<Migrations> logger)
{
    private const long LockId = 0x5aa5_11a1;

    /// <summary>One that goes over all jobs and calls takes its time.</summary>
    private const int LongestSeconds = 3600;

    /// <summary>The migrations of this build, oldest first.</summary>
    public static IReadOnlyList<(string Name, string Sql)> All { get; } = Load();

    /// <exception cref="InvalidOperationException">An applied migration differs from this build's file of that name.</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_lock(@LockId)", new { LockId }, commandTimeout: LongestSeconds, cancellationToken: cancellationToken));
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                create table if not exists schema_migrations (
                    name text primary key,
                    checksum text not null,
                    applied_at timestamptz not null default now()
                )
                """,
                cancellationToken: cancellationToken));
            var applied = (await connection.QueryAsync<(string Name, string Checksum)>(new CommandDefinition(
                    "select name, checksum from schema_migrations", cancellationToken: cancellationToken)))
                .ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);

            foreach (var (name, sql) in All)
            {
                var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
                if (!applied.TryGetValue(name, out var known))
                    await ApplyAsync(connection, name, sql, checksum, cancellationToken);
                else if (known != checksum)
                    throw new InvalidOperationException($"Migration {name} was applied in another version than this build's; a released migration is never edited.");
            }
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@LockId)", new { LockId });
        }
    }

    /// <summary>True where every migration of this build is applied.</summary>
    public async Task<bool> AreAppliedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var count = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from schema_migrations where name = any(@Names)",
            new { Names = All.Select(migration => migration.Name).ToArray() },
            cancellationToken: cancellationToken));
        return count == All.Count;
    }

    private async Task ApplyAsync(NpgsqlConnection connection, string name, string sql, string checksum, CancellationToken cancellationToken)
    {
        LogApplying(name);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: LongestSeconds, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into schema_migrations (name, checksum) values (@name, @checksum)",
            new { name, checksum },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    private static List<(string Name, string Sql)> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string folder = ".Postgres.migrations.";
        var migrations = new List<(string, string)>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.Contains(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[(resource.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..^".sql".Length];
            migrations.Add((name, reader.ReadToEnd()));
        }

        return migrations;
    }

    [LoggerMessage(LogLevel.Information, "Applying migration {Name}")]
    private partial void LogApplying(string name);
}
