using Dapper;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Postgres;

/// <summary>What the database itself refuses, whatever the code above it does.</summary>
public sealed class LedgerGuardsTests
{
    private NpgsqlDataSource _dataSource = null!;
    private NpgsqlConnection _connection = null!;

    [SetUp]
    public async Task SetUp()
    {
        _dataSource = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        _connection = await _dataSource.OpenConnectionAsync();
        await _connection.ExecuteAsync(
            """
            insert into organizations (organization_id, name) values ('org', 'Org');
            insert into teams (team_id, organization_id, team_alias) values ('team', 'org', 'Team');
            insert into credit_accounts (account_id, team_id, allocated) values (gen_random_uuid(), 'team', 10);
            insert into credit_transfers (transfer_id, account_id, debit, credit, amount, kind, balance_after)
            select gen_random_uuid(), account_id, 'issued', 'available', 10, 'allocation', 10
            from credit_accounts
            """);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _connection.DisposeAsync();
        await _dataSource.DisposeAsync();
    }

    [TestCase("update credit_transfers set amount = 11")]
    [TestCase("delete from credit_transfers")]
    [TestCase("truncate credit_transfers")]
    public async Task CreditTransfers_WhenHistoryIsChanged_Refuse(string sql)
    {
        Assert.That(
            async () => await _connection.ExecuteAsync(sql),
            Throws.InstanceOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.RestrictViolation));
        Assert.That(await _connection.ExecuteScalarAsync<decimal>("select sum(amount) from credit_transfers"), Is.EqualTo(10));
    }

    [TestCase("used = 10.000001")]
    [TestCase("reserved = 10.000001")]
    [TestCase("used = 5, reserved = 5.000001")]
    [TestCase("used = 5, reserved = 5, allocated = 9.999999")]
    public void CreditAccounts_WhenMoreThanAllocatedIsTaken_Refuse(string change) => Assert.That(
        async () => await _connection.ExecuteAsync($"update credit_accounts set {change}"),
        Throws.InstanceOf<PostgresException>().With.Property(nameof(PostgresException.ConstraintName)).EqualTo("credit_accounts_no_overshoot"));

    [TestCase("used = 5, reserved = 5")]
    [TestCase("used = 11, unlimited = true")]
    public async Task CreditAccounts_WhenTheWalletCovers_Accept(string change) =>
        Assert.That(await _connection.ExecuteAsync($"update credit_accounts set {change}"), Is.EqualTo(1));
}
