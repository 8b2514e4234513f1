using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Jobs;
using SaasLlm.Infrastructure.Background;

namespace SaasLlm.Infrastructure.Tests.Settlement;

internal sealed class HoldExpiryTests
{
    /// <summary>A node whose call ended during the outage has its record, and needs a moment to write it.</summary>
    [Test]
    public async Task Sweep_WhenTheDatabaseHasJustComeBack_LeavesCallsToThoseWhoHaveTheirRecords()
    {
        await using var node = await Node.StartAsync();
        await node.DoAsync(new CreateOrganization("org", "Org"));
        await node.DoAsync(new CreateTeam("org", "team", CreditsAllocated: 1));
        var jobId = Guid.CreateVersion7();
        await node.Get<IJobLedger>().OpenAsync(Opening(jobId), CancellationToken.None);
        await node.Get<IJobCalls>().AdmitAsync(ExpiredCall(jobId), CancellationToken.None);

        // A server that gives up on every statement that has to wait looks like one that is going down.
        await using var impatient = NpgsqlDataSource.Create(node.ConnectionString + ";Options=-c statement_timeout=50");
        using var expiry = new HoldExpiry(
            impatient, node.Get<ICallMeter>(), node.Get<ICallSettlement>(), node.Get<MeteringOptions>(), TimeProvider.System, NullLogger<HoldExpiry>.Instance);
        await using (var locker = await node.Get<NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await locker.BeginTransactionAsync())
        {
            await using (var command = new NpgsqlCommand("lock table call_holds in access exclusive mode", locker, transaction))
                await command.ExecuteNonQueryAsync();
            Assert.That(async () => await expiry.SweepAsync(CancellationToken.None), Throws.InstanceOf<NpgsqlException>());
        }

        await expiry.SweepAsync(CancellationToken.None);
        var justBack = await node.SqlAsync("select count(*) from llm_calls");
        await expiry.SweepAsync(CancellationToken.None);

        Assert.That(justBack, Is.Zero);
        Assert.That(await node.SqlAsync("select usage_source from llm_calls"), Is.EqualTo("unknown"));
    }

    private static JobOpening Opening(Guid jobId) => new()
    {
        JobId = jobId,
        TeamId = "team",
        JobType = "test",
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100),
    };

    private static JobCall ExpiredCall(Guid jobId) => new()
    {
        CallId = Guid.CreateVersion7(),
        JobId = jobId,
        TeamId = "team",
        OrganizationId = "org",
        Counted = false,
        Model = "m",
        Streamed = false,
        PromptTokens = 1,
        Estimate = new JobUse(0.001m, 2),
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch,
    };
}
