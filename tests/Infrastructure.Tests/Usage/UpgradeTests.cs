using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Usage;

/// <summary>A database of a release without partitions and rollups, with rows in it.</summary>
internal sealed class UpgradeTests
{
    private const string Before = "0009_pricing";

    [Test]
    public async Task Migrations_OverAFilledDatabase_KeepEveryRowAndRollItUp()
    {
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database);
        await using var connection = await dataSource.OpenConnectionAsync();
        await ApplyUntilAsync(connection);
        await FillAsync(connection);
        var before = await connection.QuerySingleAsync<(long, long, string, string)>(Contents);

        await new Migrations(dataSource, NullLogger<Migrations>.Instance).ApplyAsync(CancellationToken.None);
        await connection.ReloadTypesAsync();

        Assert.That(await connection.QuerySingleAsync<(long, long, string, string)>(Contents), Is.EqualTo(before));
        foreach (var (raw, rolled) in RawUsage.Pairs)
            Assert.That(await RowsAsync(connection, rolled), Is.Not.Empty.And.EqualTo(await RowsAsync(connection, raw)));
        Assert.That(await connection.QuerySingleAsync<long>("select count(*) from queued_usage"), Is.Zero);

        // Ids that no month of now can hold are in the default partition; all others stayed where they were.
        Assert.That(await connection.QueryAsync<int>("select 1 from jobs_default"), Has.Exactly(1).Items);
        Assert.That(await connection.QueryAsync<int>("select 1 from jobs where tableoid::regclass::text like 'jobs\\_before\\_%'"), Has.Exactly(60).Items);

        // Names, uniqueness and references hold for the whole and for months yet to come.
        foreach (var duplicate in new[] { "insert into llm_calls (call_id) select call_id from llm_calls limit 1", "insert into jobs (job_id) select job_id from jobs limit 1" })
            Assert.That(async () => await connection.ExecuteAsync(duplicate), Throws.InstanceOf<PostgresException>());
        Assert.That(
            async () => await connection.ExecuteAsync(
                """
                insert into jobs (job_id, team_id, job_type, created_at, expires_at, credits_reserved)
                values (uuid_floor(now() + interval '40 days'), 'nobody', 'x', now(), now(), 1)
                """),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.ForeignKeyViolation));

        await using var node = await Node.StartAsync(database);
        var scenario = new UsageScenario(node, seed: 5);
        await scenario.CreateTenantsAsync();
        await scenario.RunAsync(20, 10, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));
        await node.Get<IUsageRollup>().FoldAsync(CancellationToken.None);
        foreach (var (raw, rolled) in RawUsage.Pairs)
            Assert.That(await RowsAsync(connection, rolled), Is.EqualTo(await RowsAsync(connection, raw)));
        Assert.That((await node.DoAsync(new VerifyLedger())).Checks.Single(check => check.Invariant.StartsWith("5. Job totals", StringComparison.Ordinal)).Violations, Is.Zero);
    }

    private const string Contents =
        """
        select
            (select count(*) from jobs),
            (select count(*) from llm_calls),
            (select md5(string_agg(job_id || ' ' || team_id || ' ' || status || ' ' || total_cost_usd, ',' order by job_id)) from jobs),
            (select md5(string_agg(call_id || ' ' || cost_usd || ' ' || created_at, ',' order by call_id)) from llm_calls)
        """;

    private static async Task ApplyUntilAsync(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync("create table schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())");
        foreach (var (name, sql) in Migrations.All.Where(migration => string.CompareOrdinal(migration.Name, Before) <= 0))
        {
            await connection.ExecuteAsync(sql);
            await connection.ExecuteAsync(
                "insert into schema_migrations (name, checksum) values (@name, @checksum)",
                new { name, checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))) });
        }
    }

    /// <summary>Sixty jobs of the last months, one whose id is no UUID v7, their calls, and calls without a job.</summary>
    private static async Task FillAsync(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync(
            """
            insert into organizations (organization_id, name) values ('old', 'Old');
            insert into teams (team_id, organization_id, team_alias) values ('old-team', 'old', 'Old');
            """);
        var jobs = Enumerable.Range(0, 60).Select(index => TimeProvider.System.GetUtcNow().AddDays(-3 * index)).Select(at => (Id: Guid.CreateVersion7(at), At: at))
            .Append((Id: Guid.Parse("ffffffff-ffff-4fff-bfff-ffffffffffff"), At: TimeProvider.System.GetUtcNow()))
            .ToList();
        foreach (var (id, at) in jobs)
        {
            await connection.ExecuteAsync(
                """
                insert into jobs (job_id, team_id, job_type, user_id, status, created_at, completed_at, expires_at, credits_reserved, credits_charged, total_calls,
                    successful_calls, prompt_tokens, total_latency_ms, total_cost_usd)
                values (@id, 'old-team', 'type', 'ann', @status, @at, @completedAt, @at, 1, @credits, 2, 2, 20, 2, 0.5)
                """,
                new { id, at, status = at.Day % 3 == 0 ? "in_progress" : "completed", completedAt = at.Day % 3 == 0 ? (DateTimeOffset?)null : at, credits = at.Day % 3 == 0 ? 0 : 1 });
            foreach (var second in new[] { 1, 2 })
            {
                await connection.ExecuteAsync(
                    """
                    insert into llm_calls (
                        call_id, job_id, team_id, model_group, model, provider, status, streamed, late, prompt_tokens, usage_source, cost_usd, latency_ms, attempts, created_at)
                    values (@callId, @id, 'old-team', 'group', 'model', 'provider', 'succeeded', false, false, 10, 'upstream', 0.25, 1, 1, @at)
                    """,
                    new { callId = Guid.CreateVersion7(at.AddSeconds(second)), id, at = at.AddSeconds(second) });
            }

            await connection.ExecuteAsync(
                """
                insert into llm_calls (
                    call_id, organization_id, user_id, model, provider, status, streamed, late, usage_source, cost_usd, credits, latency_ms, attempts, created_at)
                values (@callId, 'old', 'bert', 'model', 'provider', 'succeeded', false, false, 'upstream', 0.25, 0.3, 1, 1, @at)
                """,
                new { callId = Guid.CreateVersion7(at), at });
        }
    }

    private static async Task<List<string>> RowsAsync(NpgsqlConnection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join(" | ", ((IDictionary<string, object?>)row).Values))];
}
