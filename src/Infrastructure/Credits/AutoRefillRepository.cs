using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Credits;

internal sealed class AutoRefillRepository(PostgresSession session) : IAutoRefillRepository
{
    private const string InsertRefills =
        """
        insert into team_refills (team_id, period, starts_on, credits)
        select refill.team_id, auto_refills.period, refill.starts_on, auto_refills.credits
        from unnest(@team_id, @starts_on) as refill (team_id, starts_on)
        join auto_refills using (team_id)
        """;

    private const string UpdateNext =
        """
        update auto_refills
        set next_on = refill.next_on
        from unnest(@team_id, @next_on) as refill (team_id, next_on)
        where auto_refills.team_id = refill.team_id
        """;

    public async Task<bool> EnableAsync(string teamId, decimal credits, string period, DateOnly nextOn, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            insert into auto_refills (team_id, enabled, credits, period, next_on)
            select team_id, true, @credits, @period, @nextOn
            from teams
            where team_id = @teamId
            and status <> 'deleted'
            on conflict (team_id) do update
            set enabled = true,
                credits = excluded.credits,
                period = excluded.period,
                next_on = case
                    when auto_refills.enabled and auto_refills.period = excluded.period then auto_refills.next_on
                    else excluded.next_on
                end,
                updated_at = now()
            """,
            new { teamId, credits, period, nextOn },
            cancellationToken) == 1;

    public async Task<bool> DisableAsync(string teamId, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            """
            update auto_refills
            set enabled = false,
                updated_at = now()
            where team_id = @teamId
            and enabled
            """,
            new { teamId },
            cancellationToken);
        return await GetAsync(teamId, cancellationToken) is not null;
    }

    public async Task<AutoRefillResponse?> GetAsync(string teamId, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<RefillRow>(
            """
            select
                team.team_id,
                coalesce(refill.enabled, false) as enabled,
                refill.credits,
                refill.period,
                refill.next_on
            from teams as team
            left join auto_refills as refill using (team_id)
            where team.team_id = @teamId
            and team.status <> 'deleted'
            """,
            new { teamId },
            cancellationToken);
        return row?.ToResponse();
    }

    public async Task<IReadOnlyList<AutoRefill>> LockDueAsync(DateOnly today, int limit, CancellationToken cancellationToken)
    {
        var due = await session.QueryAsync<string>(
            """
            select team_id
            from auto_refills
            where enabled
            and next_on <= @today
            order by team_id
            limit @limit
            for update skip locked
            """,
            new { today, limit },
            cancellationToken);
        if (due.Count == 0)
            return [];

        var rows = await session.QueryAsync<DueRow>(
            """
            select
                refill.team_id,
                refill.credits,
                refill.period,
                refill.next_on,
                team.status = 'active' and organization.status = 'active' as active,
                account.account_id,
                account.allocated,
                account.used,
                account.reserved,
                account.unlimited,
                account.grace
            from auto_refills as refill
            join teams as team using (team_id)
            join organizations as organization on organization.organization_id = team.organization_id
            join credit_accounts as account using (team_id)
            where refill.team_id = any(@due)
            order by account.account_id
            for no key update of account
            """,
            new { due },
            cancellationToken);
        return [.. rows.Select(row => row.ToRefill())];
    }

    public Task SaveAsync(IReadOnlyList<AutoRefill> refills, CancellationToken cancellationToken) =>
        session.ExecuteBatchAsync(batch => Append(batch, refills), cancellationToken);

    private static void Append(NpgsqlBatch batch, IReadOnlyList<AutoRefill> refills)
    {
        if (refills.Count == 0)
            return;

        var granted = refills.SelectMany(refill => refill.Granted.Select(day => (refill.TeamId, Day: day))).ToList();
        var insert = new NpgsqlBatchCommand(InsertRefills);
        var columns = new ParameterColumns(insert.Parameters, granted.Count);
        columns.Add("team_id", NpgsqlDbType.Text, granted, static grant => grant.TeamId);
        columns.Add("starts_on", NpgsqlDbType.Date, granted, static grant => grant.Day);
        batch.BatchCommands.Add(insert);

        var update = new NpgsqlBatchCommand(UpdateNext);
        columns = new ParameterColumns(update.Parameters, refills.Count);
        columns.Add("team_id", NpgsqlDbType.Text, refills, static refill => refill.TeamId);
        columns.Add("next_on", NpgsqlDbType.Date, refills, static refill => refill.NextOn);
        batch.BatchCommands.Add(update);
        WalletBatch.Append(batch, [.. refills.Select(static refill => refill.Wallet).OfType<CreditLedger>()]);
    }

    private sealed record RefillRow
    {
        public string TeamId { get; init; } = "";

        public bool Enabled { get; init; }

        public decimal? Credits { get; init; }

        public string? Period { get; init; }

        public DateOnly? NextOn { get; init; }

        public AutoRefillResponse ToResponse() => new(
            TeamId,
            Enabled,
            Credits,
            Period,
            Enabled && NextOn is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null);
    }

    private sealed record DueRow : WalletRow
    {
        public string TeamId { get; init; } = "";

        public decimal Credits { get; init; }

        public string Period { get; init; } = "";

        public DateOnly NextOn { get; init; }

        public bool Active { get; init; }

        public AutoRefill ToRefill() => new(
            TeamId,
            Active ? ToLedger() : null,
            Credits,
            RefillPeriods.Parse(Period),
            NextOn);
    }
}
