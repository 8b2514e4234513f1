using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Tests.Settlement;

/// <summary>One record that the database refuses must not take the others of its batch with it.</summary>
internal sealed class PoisonTests
{
    private const int Poisoned = 7;

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("org", "Org"));
        await _node.DoAsync(new CreateTeam("org", "team", CreditsAllocated: 12));
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task OpenJob_WhenOneOfABatchIsPoisoned_FailsAloneAndTheOthersAreDecidedAnew()
    {
        var ledger = _node.Get<IJobLedger>();
        var jobs = await BatchedAsync("select 1 from credit_accounts for update", index =>
            ledger.OpenAsync(Opening(index == Poisoned ? "{broken" : "{}"), CancellationToken.None));

        var outcomes = await Task.WhenAll(jobs.Select(OutcomeAsync));

        Assert.That(outcomes[Poisoned], Is.InstanceOf<PostgresException>());
        Assert.That(outcomes.Count(outcome => outcome is "opened"), Is.EqualTo(12), "its credit went to another");
        Assert.That(outcomes.Count(outcome => outcome is "insufficient_credits"), Is.EqualTo(7));
        Assert.That(await _node.SqlAsync("select count(*) from jobs"), Is.EqualTo(12L));
        Assert.That((await _node.DoAsync(new VerifyLedger())).Clean, Is.True);

        static async Task<object> OutcomeAsync(Task<SaasLlm.Domain.Shared.Result<JobOpened>> job)
        {
            try
            {
                var opened = await job;
                return opened.IsSuccess ? "opened" : opened.Error.Code;
            }
            catch (PostgresException exception)
            {
                return exception;
            }
        }
    }

    [Test]
    public async Task RecordCall_WhenOneOfABatchIsPoisoned_FailsAlone()
    {
        var job = (await _node.Get<IJobLedger>().OpenAsync(Opening("{}"), CancellationToken.None)).Value;
        var settlement = _node.Get<ICallSettlement>();
        var calls = await BatchedAsync("select 1 from jobs for update", index =>
            settlement.RecordAsync(Call(job.JobId, promptTokens: index == Poisoned ? -1 : 1), CancellationToken.None));

        for (var index = 0; index < calls.Length; index++)
        {
            if (index == Poisoned)
                Assert.That(async () => await calls[index], Throws.InstanceOf<PostgresException>());
            else
                await calls[index];
        }

        Assert.That(await _node.SqlAsync("select total_calls from jobs"), Is.EqualTo(calls.Length - 1));
        Assert.That((await _node.DoAsync(new VerifyLedger())).Clean, Is.True);
    }

    [Test]
    public async Task RecordCall_WhenRecordedTwice_CountsOnce()
    {
        var job = (await _node.Get<IJobLedger>().OpenAsync(Opening("{}"), CancellationToken.None)).Value;
        var call = Call(job.JobId, promptTokens: 5);

        await _node.Get<ICallSettlement>().RecordAsync(call, CancellationToken.None);
        await _node.Get<ICallSettlement>().RecordAsync(call, CancellationToken.None);

        Assert.That(await _node.SqlAsync("select total_calls from jobs"), Is.EqualTo(1));
        Assert.That((await _node.DoAsync(new VerifyLedger())).Clean, Is.True);
    }

    /// <summary>Queues twenty of them while a lock holds up the first, so that the others share a batch.</summary>
    private async Task<T[]> BatchedAsync<T>(string locking, Func<int, T> queue)
        where T : Task
    {
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(locking, connection, transaction))
            await command.ExecuteNonQueryAsync();

        T[] queued = [.. Enumerable.Range(0, 20).Select(queue)];
        await transaction.RollbackAsync();
        return queued;
    }

    private static JobOpening Opening(string metadata) => new()
    {
        JobId = Guid.CreateVersion7(),
        TeamId = "team",
        JobType = "test",
        Metadata = metadata,
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100),
    };

    private static CallRecord Call(Guid jobId, int promptTokens) => new()
    {
        CallId = Guid.CreateVersion7(),
        JobId = jobId,
        TeamId = "team",
        Succeeded = true,
        Streamed = false,
        Usage = new TokenUsage(promptTokens, 1),
        UsageSource = UsageSource.Upstream,
        CostUsd = 0,
        LatencyMs = 1,
        Attempts = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
