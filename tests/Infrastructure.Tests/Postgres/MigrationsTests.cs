using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Postgres;

public sealed class MigrationsTests
{
    private NpgsqlDataSource _dataSource = null!;

    [SetUp]
    public async Task SetUp() => _dataSource = NpgsqlDataSource.Create(await TestPostgres.CreateEmptyDatabaseAsync());

    [TearDown]
    public async Task TearDown() => await _dataSource.DisposeAsync();

    [Test]
    public async Task ApplyAsync_WhenAppliedBefore_ChangesNothing()
    {
        await NewMigrations().ApplyAsync(CancellationToken.None);
        var first = await ReadAsync();

        await NewMigrations().ApplyAsync(CancellationToken.None);

        Assert.That(await ReadAsync(), Is.EqualTo(first));
        Assert.That(first, Has.Count.EqualTo(Migrations.All.Count));
        Assert.That(await NewMigrations().AreAppliedAsync(CancellationToken.None), Is.True);
    }

    [Test]
    public async Task ApplyAsync_WhenAReleasedMigrationWasEdited_Refuses()
    {
        await NewMigrations().ApplyAsync(CancellationToken.None);
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("update schema_migrations set checksum = 'of the file before it was edited' where name = '0001_initial'");

        Assert.That(
            async () => await NewMigrations().ApplyAsync(CancellationToken.None),
            Throws.InvalidOperationException.With.Message.Contains("0001_initial"));
    }

    [Test]
    public async Task ApplyAsync_WhenSeveralNodesStartAtOnce_EachMigrationIsAppliedOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => NewMigrations().ApplyAsync(CancellationToken.None)));

        Assert.That((await ReadAsync()).Select(row => row.Name), Is.EqualTo(Migrations.All.Select(migration => migration.Name)));
    }

    private Migrations NewMigrations() => new(_dataSource, NullLogger<Migrations>.Instance);

    private async Task<IReadOnlyList<(string Name, string Checksum, DateTime AppliedAt)>> ReadAsync()
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<(string, string, DateTime)>("select name, checksum, applied_at from schema_migrations order by name")).AsList();
    }
}
