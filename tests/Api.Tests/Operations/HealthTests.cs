using System.Net;
using System.Text.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations;

[NonParallelizable]
internal sealed class HealthTests
{
    private ServiceUnderTest _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Ready_WhenEverythingIsThere_SaysSo()
    {
        // The listener connects while the first requests may already come.
        await Eventually.IsTrueAsync(async () => (await GetAsync("/health/ready")).Status == HttpStatusCode.OK);

        var (status, report) = await GetAsync("/health/ready");

        Assert.That((status, report), Is.EqualTo((HttpStatusCode.OK, """{"checks":{"database":"ok","migrations":"ok","listener":"ok"},"status":"ready"}""")));
    }

    [Test]
    public async Task Ready_WhenAMigrationIsMissing_IsNotReady()
    {
        await using (var connection = new NpgsqlConnection(_service.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("delete from schema_migrations", connection);
            await command.ExecuteNonQueryAsync();
        }

        var (status, report) = await GetAsync("/health/ready");

        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(JsonElement.Parse(report).GetProperty("checks").GetProperty("migrations").GetString(), Is.EqualTo("pending"));
    }

    [Test]
    public async Task Health_WhenTheDatabaseIsGone_IsAliveButNotReady()
    {
        await DropDatabaseAsync();

        var (alive, _) = await GetAsync("/health");
        var (ready, report) = await GetAsync("/health/ready");
        var checks = JsonElement.Parse(report).GetProperty("checks");

        Assert.That((alive, ready), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable)));
        Assert.That(checks.GetProperty("database").GetString(), Is.EqualTo("unreachable"));
        Assert.That(checks.GetProperty("migrations").GetString(), Is.EqualTo("unknown"));
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var client = _service.Client(key: null);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task DropDatabaseAsync()
    {
        var address = new NpgsqlConnectionStringBuilder(_service.ConnectionString);
        var name = address.Database;
        address.Database = "postgres";
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // A name of the test's own; a statement of this kind takes no parameters.
        await using var command = new NpgsqlCommand($"drop database \"{name}\" with (force)", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
