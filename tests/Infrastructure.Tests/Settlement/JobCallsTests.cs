using Npgsql;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Jobs;

namespace SaasLlm.Infrastructure.Tests.Settlement;

internal sealed class JobCallsTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("org", "Org"));
        await _node.DoAsync(new CreateTeam("org", "team", CreditsAllocated: 5));
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    /// <summary>A call's row need not wait for the disk; whatever the connection is used for next must.</summary>
    [Test]
    public async Task AdmitAsync_WhenItsConnectionGoesBackToThePool_LeavesItAsItWas()
    {
        var calls = _node.Get<IJobCalls>();
        var call = Call();
        await calls.AdmitAsync(call, CancellationToken.None);

        Assert.That(async () => await calls.AdmitAsync(call, CancellationToken.None), Throws.InstanceOf<PostgresException>());

        // So many at once that the one in question is among them.
        var connections = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _node.Writers.OpenConnectionAsync().AsTask()));
        foreach (var connection in connections)
        {
            await using var command = new NpgsqlCommand("select source from pg_settings where name = 'synchronous_commit'", connection);
            Assert.That(await command.ExecuteScalarAsync(), Is.Not.EqualTo("session"));
        }

        foreach (var connection in connections)
            await connection.DisposeAsync();
        Assert.That(await _node.SqlAsync("select count(*) from call_holds"), Is.EqualTo(1L));
    }

    private static JobCall Call()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(60);
        return new JobCall
        {
            CallId = Guid.CreateVersion7(now),
            JobId = Guid.CreateVersion7(now),
            TeamId = "team",
            OrganizationId = "org",
            Counted = false,
            Model = "m",
            Streamed = false,
            PromptTokens = 1,
            Estimate = new JobUse(0.001m, 2),
            CreatedAt = now,
            ExpiresAt = now.AddYears(1),
        };
    }
}
