using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Credits;

internal sealed class LedgerRepository(PostgresSession session) : ILedgerRepository
{
    public async Task<Page<LedgerEntryResponse>> ListAsync(string? kind, PageStart page, CancellationToken cancellationToken)
    {
        // Ids are in order of time, so that the primary key gives the newest ones; the first page begins at the last id there can be.
        var rows = await session.QueryAsync<LedgerEntryResponse>(
            """
            with newest as materialized (
                select transfer_id, account_id, kind, amount, balance_after, job_id, reason, created_at
                from credit_transfers
                where transfer_id < @after
                and (@kind::text is null or kind = @kind)
                order by transfer_id desc
                limit @Limit + 1
            )
            select
                newest.transfer_id as transaction_id,
                account.team_id,
                coalesce(account.organization_id, team.organization_id) as organization_id,
                account.user_id,
                newest.kind,
                newest.amount,
                newest.balance_after,
                newest.job_id,
                newest.reason,
                newest.created_at
            from newest
            join credit_accounts as account using (account_id)
            left join teams as team on team.team_id = account.team_id
            order by newest.transfer_id desc
            """,
            new { kind, after = page.After is null ? Guid.AllBitsSet : Guid.Parse(page.After), page.Limit },
            cancellationToken);
        return Page<LedgerEntryResponse>.Of(rows, page.Limit, row => row.TransactionId.ToString());
    }

    public async Task<HoldsResponse> SumHoldsAsync(CancellationToken cancellationToken) => new(
        await session.QuerySingleAsync<HoldSum>(
            """
            select count(*) as count, coalesce(sum(credits_reserved), 0) as credits, min(created_at) as oldest_at
            from jobs
            where completed_at is null
            """,
            null,
            cancellationToken),
        await session.QuerySingleAsync<HoldSum>(
            """
            select count(*) as count, coalesce(sum(credits), 0) as credits, min(created_at) as oldest_at
            from call_holds
            where job_id is null
            """,
            null,
            cancellationToken));
}
