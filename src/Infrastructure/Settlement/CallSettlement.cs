using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Writes the calls of jobs and the totals of their jobs. Those of jobs that pay by use touch wallets and go another way.
/// The server works on a batch with one core, so a second writer takes half of what comes while there is more than one can write.
/// </summary>
internal sealed class CallSettlement(
    [FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, UseSettlement byUse, SettlementMetrics metrics, AccountingMetrics accounting, TimeProvider time, ILogger<CallSettlement> logger)
    : ICallSettlement, IAsyncDisposable
{
    /// <summary>Calls that wait or are being written from which on the second writer helps: below it, larger batches save more than a second core gives.</summary>
    private const int Crowd = 256;

    private readonly Writer _first = new(dataSource, "job_calls", metrics, accounting, time, logger);
    private readonly Writer _second = new(dataSource, "job_calls_crowd", metrics, accounting, time, logger);

    /// <summary>Calls that wait or are being written.</summary>
    public int Queued => _first.Queued + _second.Queued;

    public Task RecordAsync(CallRecord call, CancellationToken cancellationToken)
    {
        var recorded = call.IsByUse ? byUse.RecordAsync(call) : WriterOf(call).RecordAsync(call);
        return cancellationToken.CanBeCanceled ? recorded.WaitAsync(cancellationToken) : recorded;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_first.DisposeAsync().AsTask(), _second.DisposeAsync().AsTask());

    // All calls of a job go to one of them: neither waits for a job that the other has locked.
    private Writer WriterOf(CallRecord call) =>
        Queued < Crowd || (call.JobId.GetHashCode() & 1) == 0 ? _first : _second;

    private sealed class Writer(
        NpgsqlDataSource dataSource, string name, SettlementMetrics metrics, AccountingMetrics accounting, TimeProvider time, ILogger logger)
        : DurableCommit<Pending>(metrics, name, time, logger)
    {
        private readonly PreparedBatch<Pending> _calls = new(dataSource, CallRecordSql.Text, AttemptSeconds, CallRecordSql.Columns<Pending>());

        public Task<Nothing> RecordAsync(CallRecord call)
        {
            var pending = new Pending(call, Time.GetTimestamp());
            Enqueue(pending);
            return pending.Task;
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
    }

    /// <param name="since">When it was queued, as a timestamp of the clock.</param>
    private sealed class Pending(CallRecord call, long since) : GroupCommitItem<Nothing>, IQueuedItem, IRecordedCall
    {
        public CallRecord Call { get; } = call;

        public long Since { get; } = since;
    }
}
