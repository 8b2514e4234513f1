using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Credits;

internal sealed class OrganizationWalletRepository(PostgresSession session) : IOrganizationWalletRepository
{
    private const string Figures =
        """
            account.allocated as credits_allocated,
            account.used as credits_used,
            account.reserved as credits_reserved,
            account.allocated - account.used as credits_remaining,
            account.allocated - account.used - account.reserved as credits_available,
            case when account.allocated = 0 then 0 else round(account.used * 100 / account.allocated, 2) end as percentage_used,
            account.hold_policy
        """;

    public async Task<CreditLedger?> LockPoolAsync(string organizationId, CancellationToken cancellationToken)
    {
        await OpenPoolAsync(organizationId, cancellationToken);
        var row = await session.QuerySingleOrDefaultAsync<OwnedRow>(
            """
            select account.account_id, account.user_id, account.allocated, account.used, account.reserved, account.unlimited
            from credit_accounts as account
            join organizations as organization using (organization_id)
            where account.organization_id = @organizationId
            and account.user_id is null
            and organization.status <> 'deleted'
            for no key update of account
            """,
            new { organizationId },
            cancellationToken);
        return row?.ToLedger();
    }

    public async Task<LockedAllocation?> LockAllocationAsync(string organizationId, string userId, CancellationToken cancellationToken)
    {
        await OpenPoolAsync(organizationId, cancellationToken);
        var opened = await session.ExecuteAsync(
            """
            insert into credit_accounts (account_id, organization_id, user_id, alert_percents)
            select gen_random_uuid(), organization.organization_id, @userId, pool.alert_percents
            from organizations as organization
            join credit_accounts as pool on pool.organization_id = organization.organization_id and pool.user_id is null
            where organization.organization_id = @organizationId
            and organization.status <> 'deleted'
            on conflict (organization_id, user_id) where user_id is not null do nothing
            """,
            new { organizationId, userId },
            cancellationToken);
        var rows = await session.QueryAsync<OwnedRow>(
            """
            select account.account_id, account.user_id, account.allocated, account.used, account.reserved, account.unlimited
            from credit_accounts as account
            join organizations as organization using (organization_id)
            where account.organization_id = @organizationId
            and (account.user_id is null or account.user_id = @userId)
            and organization.status <> 'deleted'
            order by account.account_id
            for no key update of account
            """,
            new { organizationId, userId },
            cancellationToken);
        return rows.Count < 2
            ? null
            : new LockedAllocation(
                rows.Single(row => row.UserId is null).ToLedger(), rows.Single(row => row.UserId is not null).ToLedger(), opened == 1);
    }

    public async Task<IReadOnlyList<CreditLedger>> LockAllAsync(string organizationId, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<OwnedRow>(
            """
            select account_id, user_id, allocated, used, reserved, unlimited
            from credit_accounts
            where organization_id = @organizationId
            order by account_id
            for no key update
            """,
            new { organizationId },
            cancellationToken);
        return [.. rows.Select(row => row.ToLedger())];
    }

    public Task SaveAsync(IReadOnlyList<CreditLedger> wallets, CancellationToken cancellationToken) =>
        session.ExecuteBatchAsync(batch => WalletBatch.Append(batch, wallets), cancellationToken);

    public async Task<bool> SetHoldPolicyAsync(string organizationId, string? userId, string holdPolicy, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            update credit_accounts
            set hold_policy = @holdPolicy
            where organization_id = @organizationId
            and user_id is not distinct from @userId::text
            """,
            new { organizationId, userId, holdPolicy },
            cancellationToken) == 1;

    public async Task<OrganizationCreditsResponse?> GetPoolAsync(string organizationId, CancellationToken cancellationToken)
    {
        await OpenPoolAsync(organizationId, cancellationToken);
        return await session.QuerySingleOrDefaultAsync<OrganizationCreditsResponse>(
            "select organization.organization_id, organization.status," + Figures +
            """

            from organizations as organization
            join credit_accounts as account using (organization_id)
            where organization.organization_id = @organizationId
            and organization.status <> 'deleted'
            and account.user_id is null
            """,
            new { organizationId },
            cancellationToken);
    }

    public Task<AllocationResponse?> GetAllocationAsync(string organizationId, string userId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<AllocationResponse>(
            "select account.organization_id, account.user_id," + Figures +
            """

            from credit_accounts as account
            where account.organization_id = @organizationId
            and account.user_id = @userId
            """,
            new { organizationId, userId },
            cancellationToken);

    public async Task<Page<AllocationResponse>> ListAllocationsAsync(string organizationId, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<AllocationResponse>(
            "select account.organization_id, account.user_id," + Figures +
            """

            from credit_accounts as account
            where account.organization_id = @organizationId
            and account.user_id is not null
            and (@After is null or account.user_id > @After)
            order by account.user_id
            limit @Limit + 1
            """,
            new { organizationId, page.After, page.Limit },
            cancellationToken);
        return Page<AllocationResponse>.Of(rows, page.Limit, row => row.UserId);
    }

    public async Task<Page<TransactionResponse>> ListTransactionsAsync(
        string organizationId, string? userId, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<TransactionResponse>(
            LedgerEntries.Select +
            """
            and account.organization_id = @organizationId
            and account.user_id is not distinct from @userId::text
            """ +
            LedgerEntries.NewestFirst,
            new { organizationId, userId, After = page.After is null ? (long?)null : long.Parse(page.After), page.Limit },
            cancellationToken);
        return Page<TransactionResponse>.Of(rows, page.Limit, row => row.EntryNo.ToString());
    }

    /// <summary>Organizations from before there were pools get theirs when it is first asked for.</summary>
    private async Task OpenPoolAsync(string organizationId, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(OrganizationWallets.OpenPools, new { OrganizationIds = new[] { organizationId } }, cancellationToken);

    private sealed record OwnedRow : WalletRow
    {
        public string? UserId { get; init; }
    }
}
