using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Writes the calls of jobs that pay by use, and in the same transaction brings what each job holds of its team's wallet in line
/// with what it has used.
/// </summary>
internal sealed class UseSettlement(
    [FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, SettlementMetrics metrics, AccountingMetrics accounting, TimeProvider time, ILogger<UseSettlement> logger)
    : DurableCommit<UseSettlement.Pending>(metrics, "job_calls_by_use", time, logger)
{
    private readonly BatchColumn<Pending>[] _columns = CallRecordSql.Columns<Pending>();

    public Task<Nothing> RecordAsync(CallRecord call)
    {
        var pending = new Pending(call, Time.GetTimestamp());
        Enqueue(pending);
        return pending.Task;
    }

    protected override async Task WriteAsync(IReadOnlyList<Pending> batch)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var (skipped, locked) = await RecordAsync(connection, transaction, batch);

        // A record that was there already (a commit whose answer got lost) finds its job in line and moves nothing.
        foreach (var pending in batch)
        {
            if (locked.Jobs.TryGetValue(pending.Call.JobId!.Value, out var job) && locked.WalletOf(job) is { } wallet)
                job.TrueUp(pending.Call.CallId, wallet);
        }

        await using var writing = new NpgsqlBatch(connection, transaction) { Timeout = AttemptSeconds };
        locked.AppendChanges(writing);
        await writing.ExecuteAndCommitAsync();
        foreach (var pending in batch)
        {
            if (skipped?.Contains(pending.Call.CallId) is not true)
                accounting.Recorded(pending.Call);
        }
    }

    /// <summary>Puts the calls on record, except those that are there already, and reads their jobs as they are then.</summary>
    private async Task<(HashSet<Guid>? Skipped, LockedJobs Locked)> RecordAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Pending> batch)
    {
        try
        {
            var record = new NpgsqlBatchCommand(CallRecordSql.Text);
            foreach (var column in _columns)
            {
                column.Fill(batch);
                record.Parameters.Add(column.CreateParameter());
            }

            await using var locking = new NpgsqlBatch(connection, transaction) { Timeout = AttemptSeconds };
            locking.BatchCommands.Add(record);
            LockedJobs.AppendLocks(locking, [.. batch.Select(static pending => pending.Call.JobId!.Value).Distinct()]);
            await using var reader = await locking.ExecuteReaderAsync();
            var skipped = await PreparedBatch<Pending>.ReadIdsAsync(reader);
            await reader.NextResultAsync();
            return (skipped, await LockedJobs.ReadAsync(reader));
        }
        finally
        {
            foreach (var column in _columns)
                column.Clear();
        }
    }

    /// <param name="since">When it was queued, as a timestamp of the clock.</param>
    internal sealed class Pending(CallRecord call, long since) : GroupCommitItem<Nothing>, IQueuedItem, IRecordedCall
    {
        public CallRecord Call { get; } = call;

        public long Since { get; } = since;
    }
}
