using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>
/// Ends metered calls in batches: take their holds away, lock the wallets in id order, let the domain charge, write records and
/// transfers, commit. A call that is on record already changes nothing.
/// </summary>
internal sealed class ChargeWriter(
    [FromKeyedServices(PostgresDataSource.Writers)] NpgsqlDataSource dataSource, SettlementMetrics metrics, AccountingMetrics accounting, TimeProvider time, ILogger<ChargeWriter> logger)
    : DurableCommit<ChargeWriter.Pending>(metrics, "charges", time, logger)
{
    public Task<SettledCall> SettleAsync(MeteredCall call)
    {
        var pending = new Pending(call, Time.GetTimestamp());
        Enqueue(pending);
        return pending.Task;
    }

    protected override async Task WriteAsync(IReadOnlyList<Pending> batch)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var locked = await ChargeSql.LockAsync(connection, transaction, batch, AttemptSeconds);
        foreach (var pending in batch)
            pending.Outcome = Settle(pending, locked);

        await ChargeSql.WriteAndCommitAsync(connection, transaction, batch, locked, AttemptSeconds);
        foreach (var pending in batch)
        {
            if (pending.Written)
                Count(pending);
        }
    }

    private void Count(Pending pending)
    {
        var call = pending.Call;
        accounting.Recorded(call.Record, ownKey: call.ByokKeyId is not null);
        if (call.AccountId is not null)
            accounting.CallCharged(call.Credits - pending.WrittenOff);
    }

    private static SettledCall Settle(Pending pending, LockedCharges locked)
    {
        var call = pending.Call;
        pending.Written = locked.Recorded.Add(call.Record.CallId);
        pending.WrittenOff = 0;
        if (call.AccountId is not { } accountId || !locked.Wallets.TryGetValue(accountId, out var wallet))
            return default;

        // Where the hold is gone (a crash of the database undid it, or it expired), the charge takes what is available.
        if (pending.Written)
            pending.WrittenOff = wallet.SettleCall(call.Record.CallId, locked.Holds.GetValueOrDefault(call.Record.CallId), call.Credits);
        return new SettledCall(pending.WrittenOff, wallet.Spendable);
    }

    /// <param name="since">When it was queued, as a timestamp of the clock.</param>
    internal sealed class Pending(MeteredCall call, long since) : GroupCommitItem<SettledCall>, IQueuedItem
    {
        public MeteredCall Call { get; } = call;

        public long Since { get; } = since;

        /// <summary>True where this batch records it.</summary>
        public bool Written { get; set; }

        public decimal WrittenOff { get; set; }
    }
}

/// <summary>What a batch has locked.</summary>
/// <param name="Holds">Credits held, by call.</param>
/// <param name="Recorded">Calls that are on record.</param>
internal sealed record LockedCharges(Dictionary<Guid, CreditLedger> Wallets, Dictionary<Guid, decimal> Holds, HashSet<Guid> Recorded);
