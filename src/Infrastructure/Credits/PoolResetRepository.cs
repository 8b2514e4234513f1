using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Credits;

internal sealed class PoolResetRepository(PostgresSession session) : IPoolResetRepository
{
    private const string InsertResets =
        """
        insert into pool_resets (organization_id, month, granted, expired, used_before)
        select organization_id, @month, granted, expired, used_before
        from unnest(@organization_id, @granted, @expired, @used_before) as reset (organization_id, granted, expired, used_before)
        """;

    public async Task<IReadOnlyList<DuePool>> LockDueAsync(DateOnly month, DuePools which, CancellationToken cancellationToken)
    {
        var due = await session.QueryAsync<string>(
            """
            select organization.organization_id
            from organizations as organization
            join tiers as tier on tier.tier_name = organization.tier
            where organization.subscribed
            and organization.status = 'active'
            and tier.credits_per_month is not null
            and (@OrganizationId::text is null or organization.organization_id = @OrganizationId)
            and not exists (
                select 1
                from pool_resets as reset
                where reset.organization_id = organization.organization_id
                and reset.month = @month)
            order by organization.organization_id
            limit @Limit
            for no key update of organization skip locked
            """,
            new { month, which.OrganizationId, which.Limit },
            cancellationToken);
        if (due.Count == 0)
            return [];

        await session.ExecuteAsync(OrganizationWallets.OpenPools, new { OrganizationIds = due }, cancellationToken);

        // Asked once more, now that the organizations are locked: one that another node has reset since the first look is seen here.
        var pools = await session.QueryAsync<DueRow>(
            """
            select
                account.account_id,
                account.organization_id,
                account.allocated,
                account.used,
                account.reserved,
                account.unlimited,
                tier.credits_per_month,
                coalesce(last.granted, 0) as last_grant,
                coalesce(last.used_before, 0) as used_before,
                (
                    select coalesce(sum(allocation.used), 0)
                    from credit_accounts as allocation
                    where allocation.organization_id = account.organization_id
                    and allocation.user_id is not null
                ) as used_by_allocations
            from credit_accounts as account
            join organizations as organization using (organization_id)
            join tiers as tier on tier.tier_name = organization.tier
            left join lateral (
                select reset.granted, reset.used_before, reset.month
                from pool_resets as reset
                where reset.organization_id = account.organization_id
                order by reset.month desc
                limit 1
            ) as last on true
            where account.organization_id = any(@due)
            and account.user_id is null
            and tier.credits_per_month is not null
            and (last.month is null or last.month < @month)
            order by account.account_id
            for no key update of account
            """,
            new { due, month },
            cancellationToken);
        return [.. pools.Select(row => row.ToDue())];
    }

    public Task SaveAsync(DateOnly month, IReadOnlyList<PoolReset> resets, CancellationToken cancellationToken) =>
        session.ExecuteBatchAsync(batch => Append(batch, month, resets), cancellationToken);

    private static void Append(NpgsqlBatch batch, DateOnly month, IReadOnlyList<PoolReset> resets)
    {
        var insert = new NpgsqlBatchCommand(InsertResets);
        insert.Parameters.Add(new NpgsqlParameter<DateOnly>("month", month));
        var columns = new ParameterColumns(insert.Parameters, resets.Count);
        columns.Add("organization_id", NpgsqlDbType.Text, resets, static reset => reset.OrganizationId);
        columns.Add("granted", NpgsqlDbType.Numeric, resets, static reset => reset.Granted);
        columns.Add("expired", NpgsqlDbType.Numeric, resets, static reset => reset.Expired);
        columns.Add("used_before", NpgsqlDbType.Numeric, resets, static reset => reset.UsedBefore);
        batch.BatchCommands.Add(insert);
        WalletBatch.Append(batch, [.. resets.Select(static reset => reset.Pool)]);
    }

    private sealed record DueRow : WalletRow
    {
        public string OrganizationId { get; init; } = "";

        public decimal CreditsPerMonth { get; init; }

        public decimal LastGrant { get; init; }

        public decimal UsedBefore { get; init; }

        public decimal UsedByAllocations { get; init; }

        public DuePool ToDue() => new(
            OrganizationId,
            ToLedger(),
            CreditsPerMonth,
            LastGrant,
            UsedBefore,
            Used + UsedByAllocations);
    }
}
