using Npgsql;
using NpgsqlTypes;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>The SQL that writes locked wallets and the transfers decided on them; group commit and single requests share it.</summary>
internal static class WalletBatch
{
    private const string InsertTransfers =
        """
        insert into credit_transfers (
            transfer_id, account_id, debit, credit, amount, kind, job_id, call_id, reason, idempotency_key, balance_after)
        select
            transfer_id, account_id, debit, credit, amount, kind, job_id, call_id, reason, idempotency_key, balance_after
        from (
            select
                unnest(@transfer_id) as transfer_id, unnest(@account_id) as account_id, unnest(@debit) as debit,
                unnest(@credit) as credit, unnest(@amount) as amount, unnest(@kind) as kind, unnest(@job_id) as job_id,
                unnest(@call_id) as call_id, unnest(@reason) as reason, unnest(@idempotency_key) as idempotency_key,
                unnest(@balance_after) as balance_after, generate_subscripts(@transfer_id, 1) as position
        ) as transfer
        order by position
        """;

    private const string UpdateAccounts =
        """
        update credit_accounts
        set allocated = wallet.allocated,
            used = wallet.used,
            reserved = wallet.reserved
        from (
            select
                unnest(@account_id) as account_id, unnest(@allocated) as allocated, unnest(@used) as used,
                unnest(@reserved) as reserved
        ) as wallet
        where credit_accounts.account_id = wallet.account_id
        """;

    /// <summary>Adds the two statements for those wallets that have new transfers. Their rows must be locked by this transaction.</summary>
    public static void Append(NpgsqlBatch batch, IReadOnlyList<CreditLedger> wallets)
    {
        var transfers = new List<Transfer>();
        var changed = new List<CreditLedger>(wallets.Count);
        foreach (var wallet in wallets)
        {
            if (wallet.Transfers.Count == 0)
                continue;

            changed.Add(wallet);
            transfers.AddRange(wallet.Transfers);
        }

        if (changed.Count == 0)
            return;

        var insert = new NpgsqlBatchCommand(InsertTransfers);
        var columns = new ParameterColumns(insert.Parameters, transfers.Count);
        columns.Add("transfer_id", NpgsqlDbType.Uuid, transfers, static transfer => transfer.TransferId);
        columns.Add("account_id", NpgsqlDbType.Uuid, transfers, static transfer => transfer.WalletId);
        columns.Add("debit", NpgsqlDbType.Text, transfers, static transfer => NameOf(transfer.Debit));
        columns.Add("credit", NpgsqlDbType.Text, transfers, static transfer => NameOf(transfer.Credit));
        columns.Add("amount", NpgsqlDbType.Numeric, transfers, static transfer => transfer.Amount);
        columns.Add("kind", NpgsqlDbType.Text, transfers, static transfer => NameOf(transfer.Kind));
        columns.Add("job_id", NpgsqlDbType.Uuid, transfers, static transfer => transfer.JobId);
        columns.Add("call_id", NpgsqlDbType.Uuid, transfers, static transfer => transfer.CallId);
        columns.Add("reason", NpgsqlDbType.Text, transfers, static transfer => transfer.Reason);
        columns.Add("idempotency_key", NpgsqlDbType.Text, transfers, static transfer => transfer.IdempotencyKey);
        columns.Add("balance_after", NpgsqlDbType.Numeric, transfers, static transfer => transfer.BalanceAfter);
        batch.BatchCommands.Add(insert);

        var update = new NpgsqlBatchCommand(UpdateAccounts);
        columns = new ParameterColumns(update.Parameters, changed.Count);
        columns.Add("account_id", NpgsqlDbType.Uuid, changed, static wallet => wallet.WalletId);
        columns.Add("allocated", NpgsqlDbType.Numeric, changed, static wallet => wallet.Allocated);
        columns.Add("used", NpgsqlDbType.Numeric, changed, static wallet => wallet.Used);
        columns.Add("reserved", NpgsqlDbType.Numeric, changed, static wallet => wallet.Reserved);
        batch.BatchCommands.Add(update);
    }

    private static string NameOf(LedgerAccount account) => account switch
    {
        LedgerAccount.Available => "available",
        LedgerAccount.Held => "held",
        LedgerAccount.Issued => "issued",
        LedgerAccount.Revenue => "revenue",
        LedgerAccount.Expired => "expired",
        LedgerAccount.Writeoff => "writeoff",
        LedgerAccount.Transit => "transit",
        _ => throw new ArgumentOutOfRangeException(nameof(account)),
    };

    private static string NameOf(TransferKind kind) => kind switch
    {
        TransferKind.Allocation => "allocation",
        TransferKind.Reservation => "reservation",
        TransferKind.Charge => "charge",
        TransferKind.Release => "release",
        TransferKind.Refund => "refund",
        TransferKind.Adjustment => "adjustment",
        TransferKind.Refill => "refill",
        TransferKind.Expiry => "expiry",
        TransferKind.Writeoff => "writeoff",
        TransferKind.MoveOut => "move_out",
        TransferKind.MoveIn => "move_in",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
