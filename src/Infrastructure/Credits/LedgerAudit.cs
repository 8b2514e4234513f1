using System.Data;
using Dapper;
using Npgsql;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Credits;

/// <summary>
/// Every check is one query that gives a row for each thing it compared and says whether it is right; all of them read one
/// repeatable-read snapshot, so running traffic cannot make a clean ledger look torn.
/// </summary>
internal sealed class LedgerAudit(NpgsqlDataSource dataSource) : ILedgerAudit
{
    private const int LongestSeconds = 600;

    private static readonly (string Invariant, string Sql)[] Checks =
    [
        ("1. No wallet overshoots: used + reserved <= allocated unless it is unlimited",
            """
            select account.team_id as subject, account.unlimited or account.used + account.reserved <= account.allocated as "right"
            from credit_accounts as account
            """),
        ("2. Wallet columns equal the sums of their transfers",
            """
            select
                account.team_id as subject,
                account.allocated = coalesce(sum(transfer.amount) filter (where transfer.debit = 'issued'), 0)
                    - coalesce(sum(transfer.amount) filter (where transfer.credit in ('issued', 'expired')), 0)
                and account.used = coalesce(sum(transfer.amount) filter (where transfer.debit = 'held' and transfer.credit = 'revenue'), 0)
                    - coalesce(sum(transfer.amount) filter (where transfer.debit = 'revenue'), 0)
                and account.reserved = coalesce(sum(transfer.amount) filter (where transfer.credit = 'held'), 0)
                    - coalesce(sum(transfer.amount) filter (where transfer.debit = 'held'), 0) as "right"
            from credit_accounts as account
            left join credit_transfers as transfer using (account_id)
            group by account.account_id
            """),
        ("2. All accounts together, the operator's included, sum to zero",
            """
            with wallets as (
                select coalesce(sum(allocated - used), 0) as balance
                from credit_accounts
            ),
            operator as (
                select coalesce(
                    sum(case when credit in ('issued', 'revenue', 'expired', 'writeoff') then amount else 0 end)
                    - sum(case when debit in ('issued', 'revenue', 'expired', 'writeoff') then amount else 0 end), 0) as balance
                from credit_transfers
            )
            select
                'wallets ' || trim_scale(wallets.balance) || ', operator ' || trim_scale(operator.balance) as subject,
                wallets.balance + operator.balance = 0 as "right"
            from wallets
            cross join operator
            """),
        ("2. Each transfer's balance_after follows from the one before",
            """
            select
                transfer.transfer_id::text as subject,
                transfer.balance_after = sum(
                    case when transfer.credit = 'available' then transfer.amount else 0 end
                    - case when transfer.debit = 'available' then transfer.amount else 0 end)
                    over (partition by transfer.account_id order by transfer.entry_no) as "right"
            from credit_transfers as transfer
            """),
        ("2. Every transfer belongs to a wallet",
            """
            select transfer.transfer_id::text as subject, account.account_id is not null as "right"
            from credit_transfers as transfer
            left join credit_accounts as account using (account_id)
            """),
        ("3. A job is reserved once, ended once, charged at most once",
            """
            select
                transfer.job_id::text as subject,
                count(*) filter (where transfer.kind = 'reservation') = 1
                and count(*) filter (where transfer.kind in ('charge', 'release')) <= 1 as "right"
            from credit_transfers as transfer
            where transfer.job_id is not null
            and transfer.call_id is null
            group by transfer.job_id
            """),
        ("3. A call is charged at most once",
            """
            select transfer.call_id::text as subject, count(*) = 1 as "right"
            from credit_transfers as transfer
            where transfer.call_id is not null
            and transfer.kind = 'charge'
            group by transfer.call_id
            """),
        ("4. A completed job without failed calls has one charge; every other end has a release and no charge; an open job has neither",
            """
            select
                job.job_id::text as subject,
                case
                    when job.status in ('pending', 'in_progress')
                        then moved.charged is null and moved.released is null and job.credits_charged = 0
                    when job.status = 'completed' and job.failed_calls = 0
                        then moved.charged = job.credits_reserved and moved.released is null and job.credits_charged = moved.charged
                    else moved.released = job.credits_reserved and moved.charged is null and job.credits_charged = 0
                end
                and moved.reserved = job.credits_reserved as "right"
            from jobs as job
            left join lateral (
                select
                    sum(transfer.amount) filter (where transfer.kind = 'reservation') as reserved,
                    sum(transfer.amount) filter (where transfer.kind = 'charge') as charged,
                    sum(transfer.amount) filter (where transfer.kind = 'release') as released
                from credit_transfers as transfer
                where transfer.job_id = job.job_id
                and transfer.call_id is null
            ) as moved on true
            """),
        ("5. Job totals equal the sums of their calls, late ones apart",
            """
            select
                job.job_id::text as subject,
                job.total_calls = count(call.call_id) filter (where not call.late)
                and job.successful_calls = count(call.call_id) filter (where not call.late and call.status = 'succeeded')
                and job.failed_calls = count(call.call_id) filter (where not call.late and call.status = 'failed')
                and job.prompt_tokens = coalesce(sum(call.prompt_tokens) filter (where not call.late), 0)
                and job.completion_tokens = coalesce(sum(call.completion_tokens) filter (where not call.late), 0)
                and job.total_cost_usd = coalesce(sum(call.cost_usd) filter (where not call.late), 0)
                and job.total_latency_ms = coalesce(sum(call.latency_ms) filter (where not call.late), 0)
                and job.late_calls = count(call.call_id) filter (where call.late)
                and job.late_cost_usd = coalesce(sum(call.cost_usd) filter (where call.late), 0) as "right"
            from jobs as job
            left join llm_calls as call using (job_id)
            group by job.job_id
            """),
        ("5. Every call costs what its tokens and its stored prices say, a cached one nothing, and what a hedge of it cost",
            """
            select
                call.call_id::text as subject,
                call.cost_usd = case when call.usage_source = 'cached' then 0 else coalesce(round((
                    (call.prompt_tokens - call.cached_tokens - call.cache_write_tokens) * call.input_usd_per_million
                    + call.cached_tokens * coalesce(call.cached_input_usd_per_million, call.input_usd_per_million)
                    + call.cache_write_tokens * coalesce(call.cache_write_usd_per_million, call.input_usd_per_million)
                    + call.completion_tokens * call.output_usd_per_million) / 1000000, 10), 0) end
                    + coalesce(call.hedge_cost_usd, 0) as "right"
            from llm_calls as call
            """),
        ("6. Every call on record belongs to a job of its team",
            """
            select call.call_id::text as subject, coalesce(job.team_id = call.team_id, false) as "right"
            from llm_calls as call
            left join jobs as job using (job_id)
            """),
    ];

    public async Task<IReadOnlyList<LedgerCheck>> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var results = new List<LedgerCheck>(Checks.Length);
        foreach (var (invariant, sql) in Checks)
        {
            var row = await connection.QuerySingleAsync<(long Compared, long Violations, string[] Examples)>(new CommandDefinition(
                "with compared as (" + sql +
                """
                )
                select
                    count(*),
                    count(*) filter (where "right" is not true),
                    coalesce((array_agg(subject) filter (where "right" is not true))[1:5], '{}')
                from compared
                """,
                transaction: snapshot,
                commandTimeout: LongestSeconds,
                cancellationToken: cancellationToken));
            results.Add(new LedgerCheck(invariant, row.Compared, row.Violations, row.Examples));
        }

        return results;
    }
}
