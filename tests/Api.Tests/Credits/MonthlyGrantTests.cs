using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Credits;

internal sealed class MonthlyGrantTests
{
    private const int Organizations = 500;

    [Test]
    public async Task Reset_WhenThreeServicesStartAtOnce_GrantsEachPoolItsMonthOnce()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using (var create = new NpgsqlCommand(
            $"""
            update tiers set credits_per_month = 250.5 where tier_name = 'professional';
            insert into organizations (organization_id, name, tier, subscribed)
            select 'org-' || number, 'x', 'professional', true
            from generate_series(1, {Organizations}) as number
            """,
            connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        var services = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServiceUnderTest.StartAsync(database, "Credits:GrantIntervalSeconds=1")));
        await UntilAsync(connection, $"select count(*) = {Organizations} from pool_resets");

        Assert.That(await SqlAsync(connection, "select count(*) from credit_transfers where kind = 'refill'"), Is.EqualTo(Organizations));
        Assert.That(
            await SqlAsync(connection, "select count(*) from credit_accounts where organization_id is not null and allocated = 250.5"),
            Is.EqualTo(Organizations));

        // A month later.
        await SqlAsync(connection, "update pool_resets set month = month - interval '1 month'");
        await UntilAsync(connection, $"select count(*) = {Organizations * 2} from pool_resets");

        Assert.That(await SqlAsync(connection, "select sum(expired) from pool_resets"), Is.EqualTo(Organizations * 250.5m));
        await services[0].VerifyLedgerAsync();
        foreach (var service in services)
            await service.DisposeAsync();
    }

    private static async Task UntilAsync(NpgsqlConnection connection, string question)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await SqlAsync(connection, question) is not true)
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    private static async Task<object?> SqlAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
