namespace SaasLlm.Infrastructure.Credits;

/// <summary>How a page of a wallet's ledger is read, whoever owns the wallet.</summary>
internal static class LedgerEntries
{
    /// <summary>Continues with the wallet's conditions.</summary>
    public const string Select =
        """
        select
            transfer.transfer_id as transaction_id,
            transfer.entry_no,
            transfer.kind,
            transfer.debit as debit_account,
            transfer.credit as credit_account,
            transfer.amount,
            transfer.balance_after,
            transfer.job_id,
            transfer.call_id,
            transfer.reason,
            transfer.created_at
        from credit_transfers as transfer
        join credit_accounts as account using (account_id)
        where (@After::bigint is null or transfer.entry_no < @After)

        """;

    /// <summary>Takes <c>@After</c> and <c>@Limit</c>.</summary>
    public const string NewestFirst =
        """

        order by transfer.entry_no desc
        limit @Limit + 1
        """;
}
