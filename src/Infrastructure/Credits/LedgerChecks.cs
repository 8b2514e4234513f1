namespace SaasLlm.Infrastructure.Credits;

/// <summary>
/// The invariants, each as a query that gives a row for each thing it compared (<c>subject</c>) and says whether it is
/// <c>"right"</c>. Every one reads whole tables in sets: none asks row by row. Of work whose month was dropped only the
/// transfers are left, which are then compared with nothing.
/// </summary>
internal static class LedgerChecks
{
    /// <summary>What the tokens of a call cost at the prices that are stored with it, exactly.</summary>
    private const string TokenCostUsd =
        """
        coalesce((
            (call.prompt_tokens - call.cached_tokens - call.cache_write_tokens) * call.input_usd_per_million
            + call.cached_tokens * coalesce(call.cached_input_usd_per_million, call.input_usd_per_million)
            + call.cache_write_tokens * coalesce(call.cache_write_usd_per_million, call.input_usd_per_million)
            + call.completion_tokens * call.output_usd_per_million) * 0.000001, 0)
        """;

    /// <summary>About wallets and their transfers.</summary>
    private static readonly (string Invariant, string Sql)[] Wallets =
    [
        ("1. No wallet overshoots: used + reserved <= allocated + grace unless it is unlimited",
            """
            select
                coalesce(account.team_id, account.organization_id || coalesce('/' || account.user_id, '')) as subject,
                account.unlimited or account.used + account.reserved <= account.allocated + account.grace as "right"
            from credit_accounts as account
            """),
        ("2. Wallet columns equal the sums of their transfers",
            """
            select
                coalesce(account.team_id, account.organization_id || coalesce('/' || account.user_id, '')) as subject,
                account.allocated = coalesce(sum(transfer.amount) filter (where transfer.debit in ('issued', 'transit')), 0)
                    - coalesce(sum(transfer.amount) filter (where transfer.credit in ('issued', 'expired', 'transit')), 0)
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
                    sum(case when credit in ('issued', 'revenue', 'expired', 'writeoff', 'transit') then amount else 0 end)
                    - sum(case when debit in ('issued', 'revenue', 'expired', 'writeoff', 'transit') then amount else 0 end), 0) as balance
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
        ("2. Nothing is on its way: in each organization as much was moved into wallets as out of them",
            """
            select
                account.organization_id as subject,
                sum(case when transfer.kind = 'move_out' then transfer.amount else -transfer.amount end) = 0 as "right"
            from credit_transfers as transfer
            join credit_accounts as account using (account_id)
            where transfer.kind in ('move_out', 'move_in')
            group by account.organization_id
            """),
        ("2. Each wallet holds what its open jobs and running calls hold",
            """
            with open_jobs as (
                select team_id, sum(credits_reserved) as credits
                from jobs
                where completed_at is null
                group by team_id
            ),
            running_calls as (
                select account_id, sum(credits) as credits
                from call_holds
                group by account_id
            )
            select
                coalesce(account.team_id, account.organization_id || coalesce('/' || account.user_id, '')) as subject,
                account.reserved = coalesce(open_jobs.credits, 0) + coalesce(running_calls.credits, 0) as "right"
            from credit_accounts as account
            left join open_jobs using (team_id)
            left join running_calls using (account_id)
            """),
        ("2. Each pool was refilled and emptied as its months are on record",
            """
            with months as (
                select organization_id, sum(granted) as granted, sum(expired) as expired
                from pool_resets
                group by organization_id
            ),
            moved as (
                select
                    account_id,
                    sum(amount) filter (where kind = 'refill') as refilled,
                    sum(amount) filter (where kind = 'expiry') as expired
                from credit_transfers
                where kind in ('refill', 'expiry')
                group by account_id
            )
            select
                account.organization_id as subject,
                coalesce(months.granted, 0) = coalesce(moved.refilled, 0) and coalesce(months.expired, 0) = coalesce(moved.expired, 0) as "right"
            from credit_accounts as account
            left join months using (organization_id)
            left join moved using (account_id)
            where account.organization_id is not null
            and account.user_id is null
            """),
        ("2. Each team was refilled as its periods are on record",
            """
            with periods as (
                select team_id, sum(credits) as credits
                from team_refills
                group by team_id
            ),
            moved as (
                select account_id, sum(amount) as credits
                from credit_transfers
                where kind = 'refill'
                group by account_id
            )
            select account.team_id as subject, coalesce(periods.credits, 0) = coalesce(moved.credits, 0) as "right"
            from credit_accounts as account
            left join periods using (team_id)
            left join moved using (account_id)
            where account.team_id is not null
            """),
        ("3. A job is opened once, charged, released, written off and refunded at most once each, and refunded what it was charged",
            """
            select
                transfer.job_id::text as subject,
                count(*) filter (where transfer.kind = 'reservation') = 1
                and count(*) = count(distinct transfer.kind)
                and coalesce(sum(transfer.amount) filter (where transfer.kind = 'refund'), 0)
                    in (0, sum(transfer.amount) filter (where transfer.kind = 'charge')) as "right"
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
    ];

    /// <summary>About jobs and calls and what they were charged.</summary>
    private static readonly (string Invariant, string Sql)[] Work =
    [
        ("4. A completed job without failed calls is charged what it costs and its wallet had; every other end releases all that it held; an open job has neither",
            """
            with costed as (
                select
                    job.job_id, job.status, job.credits_reserved, job.credits_charged, job.credits_written_off, job.refunded_at,
                    job.status = 'completed' and job.failed_calls = 0 as billable,
                    case job.budget_mode
                        when 'consumption_usd' then greatest(1, ceil(job.client_cost_usd * job.conversion_rate))
                        when 'consumption_tokens' then greatest(1, ceil((job.prompt_tokens + job.completion_tokens) / job.conversion_rate))
                        else 1
                    end as cost
                from jobs as job
            ),
            moved as (
                select
                    job_id,
                    coalesce(sum(amount) filter (where kind = 'reservation'), 0)
                        - coalesce(sum(amount) filter (where kind = 'release' and call_id is not null), 0) as held,
                    coalesce(sum(amount) filter (where kind = 'charge'), 0) as charged,
                    coalesce(sum(amount) filter (where kind = 'release' and call_id is null), 0) as released,
                    coalesce(sum(amount) filter (where kind = 'writeoff'), 0) as written_off,
                    coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
                from credit_transfers
                where job_id is not null
                group by job_id
            )
            select
                costed.job_id::text as subject,
                moved.held = costed.credits_reserved
                and moved.charged = costed.credits_charged
                and moved.written_off = costed.credits_written_off
                and moved.refunded = case when costed.refunded_at is null then 0 else moved.charged end
                and case
                    when costed.status in ('pending', 'in_progress') then moved.charged = 0 and moved.released = 0
                    when costed.billable then moved.charged + moved.written_off = costed.cost and moved.charged + moved.released = moved.held
                    else moved.charged = 0 and moved.released = moved.held
                end as "right"
            from costed
            left join moved using (job_id)
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
                and job.client_cost_usd = coalesce(sum(call.client_cost_usd) filter (where not call.late), 0)
                and job.total_latency_ms = coalesce(sum(call.latency_ms) filter (where not call.late), 0)
                and job.late_calls = count(call.call_id) filter (where call.late)
                and job.late_cost_usd = coalesce(sum(call.cost_usd) filter (where call.late), 0) as "right"
            from jobs as job
            left join llm_calls as call using (job_id)
            where job.job_id >= (
                -- The clock of the node that made a call may have been behind that of its job's.
                select uuid_floor(kept_from + interval '1 day')
                from usage_retention)
            group by job.job_id
            """),
        ("5. Every call costs what its tokens and its stored prices say, a cached one nothing, and what a hedge of it cost",
            "select call.call_id::text as subject, call.cost_usd = case when call.usage_source = 'cached' then 0 else round(" + TokenCostUsd +
            """
            , 10) end + coalesce(call.hedge_cost_usd, 0) as "right"
            from llm_calls as call
            """),
        // What a hedge cost is the operator's; who got nothing pays nothing.
        ("5. A metered call is charged its cost by its power level and its tier's mark-up, half up to the sixth decimal; one whose usage is unknown, nothing",
            "select call.call_id::text as subject, call.credits = case when call.usage_source = 'unknown' then 0 else round(" + TokenCostUsd +
            """
            * 1000 * call.power_multiplier * (100 + call.markup_percent) * 0.01, 6) end
                or (call.status = 'failed' and call.credits = 0) as "right"
            from llm_calls as call
            where call.account_id is not null
            and call.byok_key_id is null
            and call.usage_source <> 'cached'
            """),
        ("5. What a metered call was charged and what the operator bore of it are its credits; every other call has neither",
            """
            with moved as (
                select
                    call_id,
                    sum(amount) filter (where kind = 'charge') as charged,
                    sum(amount) filter (where kind = 'writeoff') as written_off,
                    count(distinct account_id) as wallets,
                    (array_agg(account_id))[1] as account_id
                from credit_transfers
                where call_id >= (
                    select uuid_floor(kept_from)
                    from usage_retention)
                and kind in ('charge', 'writeoff')
                group by call_id
            )
            select
                coalesce(call.call_id, moved.call_id)::text as subject,
                coalesce(moved.charged, 0) + coalesce(moved.written_off, 0) = call.credits
                and coalesce(moved.written_off, 0) = call.credits_written_off
                and (moved.call_id is null or (moved.wallets = 1 and moved.account_id = call.account_id and call.byok_key_id is null)) as "right"
            from llm_calls as call
            full join moved using (call_id)
            """),
        ("5. A call that has ended holds nothing, a running one what it is on record with",
            """
            with held as (
                select
                    call_id,
                    sum(case when kind = 'reservation' then amount when kind in ('charge', 'release') then -amount else 0 end) as credits
                from credit_transfers
                where call_id is not null
                and job_id is null
                group by call_id
            )
            select
                coalesce(held.call_id, hold.call_id)::text as subject,
                coalesce(held.credits, 0) = coalesce(hold.credits, 0) as "right"
            from held
            full join call_holds as hold using (call_id)
            """),
        ("5. No quota counts less than nothing",
            """
            select quota.organization_id || ' ' || quota.period || ' ' || quota.starts_on as subject, quota.calls >= 0 as "right"
            from quota_usage as quota
            """),
        ("6. Every call on record belongs to a job of its team, or to an organization whose wallet, or whose team's, pays for it",
            """
            select
                call.call_id::text as subject,
                case
                    when call.job_id < uuid_floor(retention.kept_from) then call.account_id is null
                    when call.job_id is not null then coalesce(job.team_id = call.team_id, false) and call.account_id is null
                    when call.account_id is null then call.organization_id is not null
                    when account.team_id is not null then account.team_id = call.team_id and team.organization_id = call.organization_id
                    else account.organization_id = call.organization_id and (account.user_id is null or account.user_id = call.user_id)
                end as "right"
            from llm_calls as call
            left join jobs as job using (job_id)
            left join credit_accounts as account on account.account_id = call.account_id
            left join teams as team on team.team_id = account.team_id
            cross join usage_retention as retention
            """),
    ];

    /// <summary>About what customers are billed.</summary>
    private static readonly (string Invariant, string Sql)[] Prices =
    [
        // Jobs that ended before there were prices have none. A node hears of a rule that has ended within a second; the minute is for that, and for clocks that differ.
        ("7. A job's price is what its rule, which is about the job and was in force at its creation, gives; only a completed job without failed calls has one",
            """
            select
                job.job_id::text as subject,
                case
                    when job.status in ('pending', 'in_progress') then job.price_usd is null and job.pricing_rule_id is null
                    when job.status <> 'completed' or job.failed_calls > 0 then coalesce(job.price_usd, 0) = 0 and job.pricing_rule_id is null
                    when job.pricing_rule_id is null then job.price_usd is null
                    else coalesce(rule.team_id, job.team_id) = job.team_id
                        and coalesce(rule.organization_id, team.organization_id) = team.organization_id
                        and coalesce(rule.job_type, job.job_type) = job.job_type
                        and rule.effective_from <= job.created_at
                        and coalesce(rule.effective_to + interval '1 minute', 'infinity') > job.created_at
                        and job.price_usd = round(
                            least(
                                greatest(
                                    case rule.kind
                                        when 'flat' then rule.price_usd
                                        when 'tiered' then rule.tier_prices_usd[
                                            width_bucket(job.prompt_tokens + job.completion_tokens, rule.tier_bounds) + 1]
                                        else job.client_cost_usd * (100 + rule.markup_percent) * 0.01
                                    end,
                                    coalesce(rule.minimum_usd, 0)),
                                coalesce(rule.maximum_usd, 1000000000)),
                            rule.decimals)
                end as "right"
            from jobs as job
            join teams as team on team.team_id = job.team_id
            left join pricing_rules as rule using (pricing_rule_id)
            """),
    ];

    public static (string Invariant, string Sql)[] All { get; } = [.. Wallets, .. Work, .. Prices];
}
