using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>Writes the calls of jobs and the totals of their jobs. Those of jobs that pay by use touch wallets and go another way.</summary>
internal sealed class CallSettlement(
    [FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, UseSettlement byUse, SettlementMetrics metrics, AccountingMetrics accounting, TimeProvider time, ILogger<CallSettlement> logger)
    : DurableCommit<CallSettlement.Pending>(metrics, "job_calls", time, logger), ICallSettlement
{
    private readonly PreparedBatch<Pending> _calls = new(dataSource, CallRecordSql.Text, AttemptSeconds, CallRecordSql.Columns<Pending>());

    public Task RecordAsync(CallRecord call, CancellationToken cancellationToken)
    {
        var recorded = call.IsByUse ? byUse.RecordAsync(call) : RecordAsync(call);
        return cancellationToken.CanBeCanceled ? recorded.WaitAsync(cancellationToken) : recorded;
    }

    protected override async Task WriteAsync(IReadOnlyList<Pending> batch)
    {
        // One statement is its own transaction: executed means committed.
        var skipped = await _calls.ExecuteAsync(batch);
        foreach (var pending in batch)
        {
            if (skipped?.Contains(pending.Call.CallId) is not true)
                accounting.Recorded(pending.Call);
        }
    }

    protected override ValueTask ReleaseAsync() => _calls.DisposeAsync();

    private Task<Nothing> RecordAsync(CallRecord call)
    {
        var pending = new Pending(call, Time.GetTimestamp());
        Enqueue(pending);
        return pending.Task;
    }

    /// <param name="since">When it was queued, as a timestamp of the clock.</param>
    internal sealed class Pending(CallRecord call, long since) : GroupCommitItem<Nothing>, IQueuedItem, IRecordedCall
    {
        public CallRecord Call { get; } = call;

        public long Since { get; } = since;
    }
}
