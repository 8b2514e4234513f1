using SaasLlm.Application.Credits;
using SaasLlm.Application.Metering;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Metering;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Metering;

internal sealed class MeteringRepository(PostgresSession session) : IMeteringRepository
{
    public Task<WalletFigures> GetWalletAsync(Guid accountId, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<WalletFigures>(
            """
            select allocated, used, reserved
            from credit_accounts
            where account_id = @accountId
            """,
            new { accountId },
            cancellationToken);

    public async Task<Page<TransactionResponse>> ListTransactionsAsync(Guid accountId, PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<TransactionResponse>(
            """
            select
                transfer_id as transaction_id,
                entry_no,
                kind,
                debit as debit_account,
                credit as credit_account,
                amount,
                balance_after,
                job_id,
                call_id,
                reason,
                created_at
            from credit_transfers
            where account_id = @accountId
            and (@After::bigint is null or entry_no < @After)
            order by entry_no desc
            limit @Limit + 1
            """,
            new { accountId, After = start.After is null ? (long?)null : long.Parse(start.After), start.Limit },
            cancellationToken);
        return Page<TransactionResponse>.Of(rows, start.Limit, row => row.EntryNo.ToString());
    }

    public Task<IReadOnlyList<UsageRow>> GetUsageAsync(UsageScope scope, DateOnly fromDay, DateOnly toDay, CancellationToken cancellationToken) =>
        session.QueryAsync<UsageRow>(
            """
            with metered as (
                select nullif(provider, '') as provider, nullif(model, '') as model, day, calls, failed_calls, tokens, credits
                from caller_usage
                where organization_id = @OrganizationId
                and (@TeamId::text is null or team_id = @TeamId)
                and (@UserId::text is null or user_id = @UserId)
                and day >= @fromDay
                and day < @toDay
                union all
                select
                    nullif(provider, ''), coalesce(nullif(model_group, ''), nullif(model, '')), (at at time zone 'utc')::date, calls, failed_calls,
                    tokens, credits
                from read_queued_usage()
                where organization_id = @OrganizationId
                and job_type = ''
                and (@TeamId::text is null or team_id = @TeamId)
                and (@UserId::text is null or user_id = @UserId)
                and (at at time zone 'utc')::date >= @fromDay
                and (at at time zone 'utc')::date < @toDay
            )
            select
                provider,
                model,
                day,
                coalesce(sum(calls), 0)::bigint as requests,
                coalesce(sum(failed_calls), 0)::bigint as failed_requests,
                coalesce(sum(tokens), 0)::bigint as tokens,
                coalesce(sum(credits), 0) as cost
            from metered
            group by grouping sets ((), (provider), (model), (day))
            having grouping(provider, model, day) = 7
            or num_nonnulls(provider, model, day) = 1
            """,
            new { scope.OrganizationId, scope.TeamId, scope.UserId, fromDay, toDay },
            cancellationToken);

    public Task<long> CountCallsAsync(string organizationId, QuotaPeriod period, DateOnly startsOn, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<long>(
            """
            select calls
            from quota_usage
            where organization_id = @organizationId
            and period = @period
            and starts_on = @startsOn
            """,
            new { organizationId, period = QuotaPeriodNames.Of(period), startsOn },
            cancellationToken);
}
