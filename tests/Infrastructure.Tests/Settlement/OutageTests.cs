using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Catalog;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Tests.Settlement;

/// <summary>A database that is away for long: whoever waits is told, and nothing is lost.</summary>
internal sealed class OutageTests
{
    [Test]
    public async Task RecordCall_WhenTheDatabaseIsAwayForLong_TellsTheCallerAndWritesLater()
    {
        await using var node = await Node.StartAsync();
        await node.DoAsync(new CreateOrganization("org", "Org"));
        await node.DoAsync(new CreateTeam("org", "team", CreditsAllocated: 1));
        var jobId = (await node.Get<IJobLedger>().OpenAsync(Opening(), CancellationToken.None)).Value.JobId;

        // A server that gives up on every statement that has to wait looks like one that is going down.
        await using var impatient = NpgsqlDataSource.Create(node.ConnectionString + ";Options=-c statement_timeout=50");
        var clock = new SteppingClock();
        var (metrics, accounting) = (node.Get<SettlementMetrics>(), node.Get<AccountingMetrics>());
        await using var byUse = new UseSettlement(impatient, metrics, accounting, clock, NullLogger<UseSettlement>.Instance);
        await using var settlement = new CallSettlement(impatient, byUse, metrics, accounting, clock, NullLogger<CallSettlement>.Instance);
        await using (var locker = await node.Get<NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await locker.BeginTransactionAsync())
        {
            await using (var command = new NpgsqlCommand("select 1 from jobs for update", locker, transaction))
                await command.ExecuteNonQueryAsync();

            var first = settlement.RecordAsync(Call(jobId), CancellationToken.None);
            var second = settlement.RecordAsync(Call(jobId), CancellationToken.None);
            clock.Forward(TimeSpan.FromSeconds(16));
            Assert.That(async () => await first, Throws.InstanceOf<SettlementUnavailableException>());
            Assert.That(async () => await second, Throws.InstanceOf<SettlementUnavailableException>());
            Assert.That(settlement.Queued, Is.EqualTo(2));
        }

        await settlement.RecordAsync(Call(jobId), CancellationToken.None);
        Assert.That(await node.SqlAsync("select total_calls from jobs"), Is.EqualTo(3));
    }

    private static JobOpening Opening() => new()
    {
        JobId = Guid.CreateVersion7(),
        TeamId = "team",
        JobType = "test",
        Metadata = "{}",
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100),
    };

    private static CallRecord Call(Guid jobId) => new()
    {
        CallId = Guid.CreateVersion7(),
        JobId = jobId,
        TeamId = "team",
        Succeeded = true,
        Streamed = false,
        Usage = new TokenUsage(1, 1),
        UsageSource = UsageSource.Upstream,
        CostUsd = 0,
        LatencyMs = 1,
        Attempts = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>The real clock, put forward by hand.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private long _ahead;

        public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _ahead);

        public void Forward(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
