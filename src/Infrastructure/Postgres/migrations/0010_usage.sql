-- Months of jobs and calls, and what they came to ----------------------------------------------------------------

-- Every CHECK is parsed anew by each statement that writes its table, and a statement often writes a single row: one for
-- each column was a third of what it took to put a call on record. So they say the same in fewer words; least() passes
-- over nulls.
alter table jobs
    drop constraint jobs_budget_mode_check,
    drop constraint jobs_check,
    drop constraint jobs_conversion_rate,
    drop constraint jobs_conversion_rate_check,
    drop constraint jobs_credits_charged_check,
    drop constraint jobs_credits_reserved_check,
    drop constraint jobs_credits_written_off_check,
    drop constraint jobs_max_calls_check,
    drop constraint jobs_max_cost_usd_check,
    drop constraint jobs_price_usd_check,
    drop constraint jobs_status_check,
    add constraint jobs_amounts check (
        least(credits_charged, credits_written_off, price_usd) >= 0
        and least(credits_reserved, conversion_rate, max_calls, max_cost_usd) > 0),
    add constraint jobs_end check (
        case when completed_at is null then status in ('pending', 'in_progress') else status in ('completed', 'failed', 'cancelled') end),
    add constraint jobs_tariff check (
        case when conversion_rate is null then budget_mode = 'job_based' else budget_mode in ('consumption_usd', 'consumption_tokens') end);
alter table llm_calls
    drop constraint llm_calls_attempts_check,
    drop constraint llm_calls_cache_write_tokens_check,
    drop constraint llm_calls_cached_tokens_check,
    drop constraint llm_calls_check,
    drop constraint llm_calls_client_cost_usd_check,
    drop constraint llm_calls_completion_tokens_check,
    drop constraint llm_calls_cost_usd_check,
    drop constraint llm_calls_credits_check,
    drop constraint llm_calls_hedge_cost_usd_check,
    drop constraint llm_calls_latency_ms_check,
    drop constraint llm_calls_operation_check,
    drop constraint llm_calls_power_level_check,
    drop constraint llm_calls_prompt_tokens_check,
    drop constraint llm_calls_reasoning_tokens_check,
    drop constraint llm_calls_status_check,
    drop constraint llm_calls_usage_source_check,
    add constraint llm_calls_kinds check (
        status in ('succeeded', 'failed')
        and operation in ('chat', 'embeddings', 'images')
        and usage_source in ('upstream', 'delivered', 'drained', 'estimated', 'unknown', 'cached')
        and power_level in ('eco', 'balanced', 'precision')),
    add constraint llm_calls_amounts check (
        least(prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, latency_ms, attempts) >= 0
        and least(cost_usd, client_cost_usd, hedge_cost_usd, estimated_cost_usd, credits, credits_written_off) >= 0
        and credits_written_off <= credits);
alter table call_holds
    drop constraint call_holds_credits_check,
    drop constraint call_holds_estimated_cost_usd_check,
    drop constraint call_holds_pending_tokens_check,
    drop constraint call_holds_prompt_tokens_check,
    add constraint call_holds_amounts check (least(prompt_tokens, pending_tokens) >= 0 and least(credits, estimated_cost_usd) >= 0);

-- The first call of a job changes its status, and should not need to touch each of its indexes for that.
drop index jobs_open_by_expiry;
create index jobs_open_by_expiry on jobs (expires_at) where completed_at is null;

alter table jobs
    -- What an ended job cost, those of its calls included that outlived it. Null while it is open, so that the updates
    -- of its totals touch no index.
    add column final_cost_usd numeric(20, 10)
        generated always as (case when completed_at is not null then total_cost_usd + late_cost_usd end) stored;

-- Lists go by id, which is in order of time and finds its month; sums come from the rollups.
drop index jobs_by_team;
create index jobs_by_team on jobs (team_id, job_id desc);
create index jobs_by_cost on jobs (final_cost_usd desc, job_id) where final_cost_usd is not null;
drop index llm_calls_by_team;
drop index llm_calls_by_organization;

-- Partitions --------------------------------------------------------------------------------------------

-- The smallest UUID v7 of a millisecond: ids from here on are not older than that.
create function uuid_floor(at timestamptz) returns uuid
language sql immutable strict parallel safe
return (lpad(to_hex(least(greatest(floor(extract(epoch from at) * 1000), 0), 281474976710655)::bigint), 12, '0') || '70008000000000000000')::uuid;

-- Makes a table one that is partitioned by the range of its id. What there is of it is attached as the first partition,
-- uncopied but for ids from the given one on: those go into the default partition.
create procedure partition_by_id(of text, id text, first_partition text, upper uuid)
language plpgsql as $$
declare
    columns text;
    definition record;
begin
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from pg_attribute
    where attrelid = of::regclass
    and attnum > 0
    and attgenerated = ''
    and not attisdropped;

    -- A constraint that older rows were never held against cannot be merged with the whole table's.
    for definition in
        select conname as name
        from pg_constraint
        where conrelid = of::regclass
        and not convalidated
    loop
        execute format('alter table %I validate constraint %I', of, definition.name);
    end loop;

    -- Names pass on to the whole; the first partition gets names of its own.
    create temp table definitions on commit drop as
        select index.relname as name, pg_get_indexdef(index.oid) as sql, indisprimary as is_primary
        from pg_index
        join pg_class as index on index.oid = indexrelid
        where indrelid = of::regclass;
    create temp table foreign_keys on commit drop as
        select conname as name, pg_get_constraintdef(oid) as sql
        from pg_constraint
        where conrelid = of::regclass
        and contype = 'f';
    execute format('alter table %I rename to %I', of, first_partition);
    for definition in select name from definitions loop
        execute format('alter index %I rename to %I', definition.name, first_partition || substr(definition.name, length(of) + 1));
    end loop;

    execute format('create table %I (like %I including all excluding indexes) partition by range (%I)', of, first_partition, id);
    for definition in select name, sql, is_primary from definitions loop
        if definition.is_primary then
            execute format('alter table %I add constraint %I primary key (%I)', of, definition.name, id);
        else
            execute definition.sql;
        end if;
    end loop;
    for definition in select name, sql from foreign_keys loop
        execute format('alter table %I add constraint %I %s', of, definition.name, definition.sql);
    end loop;
    drop table definitions, foreign_keys;

    execute format('create table %I partition of %I default', of || '_default', of);
    execute format(
        'with ahead as (delete from %1$I where %2$I >= $1 returning %3$s) insert into %4$I (%3$s) select %3$s from ahead',
        first_partition, id, columns, of || '_default')
        using upper;
    execute format('alter table %I attach partition %I for values from (minvalue) to (%L)', of, first_partition, upper);
end $$;

do $$
declare
    next_month timestamp := date_trunc('month', now() at time zone 'utc') + interval '1 month';
    first_of text := to_char(next_month, '"_before_"YYYY_MM');
begin
    call partition_by_id('jobs', 'job_id', 'jobs' || first_of, uuid_floor(next_month at time zone 'utc'));
    call partition_by_id('llm_calls', 'call_id', 'llm_calls' || first_of, uuid_floor(next_month at time zone 'utc'));
    -- Room for each job's next version on its own page, so that what its calls change of it touches no index.
    execute format('alter table %I set (fillfactor = 80)', 'jobs' || first_of);
end $$;
drop procedure partition_by_id;

-- Makes the partitions of one month, with what the default partitions hold of it. False: they are there, or the month
-- lies in the first partition. Waits for no long statement, since others would queue behind it.
create function create_month_partitions(month date) returns boolean
language plpgsql set lock_timeout = '2s' as $$
declare
    first_id uuid := uuid_floor(month::timestamp at time zone 'utc');
    end_id uuid := uuid_floor((month + interval '1 month') at time zone 'utc');
    of record;
    name text;
    columns text;
begin
    -- Nodes that make the same month come one after the other; reads and writes go on.
    lock table only jobs, only llm_calls in share update exclusive mode;
    for of in
        select partitioned.name, id, fillfactor
        from (values ('jobs', 'job_id', 80), ('llm_calls', 'call_id', 100)) as partitioned (name, id, fillfactor)
    loop
        if exists (
            select
            from partition_bounds as bound
            where bound.of = of.name
            and bound.upper > first_id
            and (bound.lower is null or bound.lower < end_id))
        then
            return false;
        end if;

        name := of.name || to_char(month, '"_"YYYY_MM');
        select string_agg(quote_ident(attname), ', ' order by attnum) into columns
        from pg_attribute
        where attrelid = of.name::regclass
        and attnum > 0
        and attgenerated = ''
        and not attisdropped;
        execute format('lock table %I in access exclusive mode', of.name || '_default');
        execute format('create table %I (like %I including all) with (fillfactor = %s)', name, of.name, of.fillfactor);
        execute format(
            'with held as (delete from %1$I where %2$I >= $1 and %2$I < $2 returning %3$s) insert into %4$I (%3$s) select %3$s from held',
            of.name || '_default', of.id, columns, name)
            using first_id, end_id;
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', of.name, name, first_id, end_id);
    end loop;
    return true;
end $$;

-- The partitions with their ranges of ids, the default ones left out. A null lower bound: from the first id on.
create view partition_bounds as
    select
        parent.relname as of,
        partition.relname as name,
        substring(pg_get_expr(partition.relpartbound, partition.oid) from 'FROM \(''([0-9a-f-]+)''\)')::uuid as lower,
        substring(pg_get_expr(partition.relpartbound, partition.oid) from 'TO \(''([0-9a-f-]+)''\)')::uuid as upper
    from pg_inherits
    join pg_class as parent on parent.oid = inhparent
    join pg_class as partition on partition.oid = inhrelid
    where parent.oid in ('jobs'::regclass, 'llm_calls'::regclass)
    and pg_get_expr(partition.relpartbound, partition.oid) <> 'DEFAULT';

-- Queues of the rollups ---------------------------------------------------------------------------------

-- Written in the transaction that makes it true, deleted in the one that adds it to the rollups. A watermark over a
-- sequence or a time would lose what commits late. Without an index: they are only ever read whole.
create table calls_to_roll (
    call_id uuid not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table jobs_to_roll (
    job_id uuid not null,
    -- 0: it was created. 1: it ended, with its price and credits. -1: it was refunded, which takes both back.
    sign smallint not null check (sign in (0, 1, -1))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Rollups -----------------------------------------------------------------------------------------------
-- All of a job belongs to the time at which it was created, a call without one to its own. Where something does not
-- apply there is '': no team, no job (and so no type), no model that answered. Rows of the organization '' are the sums
-- over all of them.

create table job_usage (
    grain text not null check (grain in ('hour', 'day', 'month')),
    starts_at timestamptz not null,
    organization_id text not null,
    team_id text not null,
    job_type text not null,
    jobs bigint not null,
    completed bigint not null,
    failed bigint not null,
    cancelled bigint not null,
    calls bigint not null,
    failed_calls bigint not null,
    tokens bigint not null,
    cost_usd numeric(30, 10) not null,
    credits numeric(30, 6) not null,
    revenue_usd numeric(30, 10) not null,
    primary key (team_id, grain, starts_at, organization_id, job_type)
) with (fillfactor = 80);
create index job_usage_by_organization on job_usage (organization_id, grain, starts_at);
create index job_usage_by_time on job_usage (grain, starts_at);

create table model_usage (
    grain text not null check (grain in ('hour', 'day', 'month')),
    starts_at timestamptz not null,
    organization_id text not null,
    team_id text not null,
    job_type text not null,
    model_group text not null,
    model text not null,
    provider text not null,
    calls bigint not null,
    failed_calls bigint not null,
    tokens bigint not null,
    cost_usd numeric(30, 10) not null,
    credits numeric(30, 6) not null,
    revenue_usd numeric(30, 10) not null,
    primary key (team_id, grain, starts_at, organization_id, job_type, model_group, model, provider)
) with (fillfactor = 80);
create index model_usage_by_organization on model_usage (organization_id, grain, starts_at);
create index model_usage_by_time on model_usage (grain, starts_at);

create table user_usage (
    grain text not null check (grain in ('day', 'month')),
    starts_at timestamptz not null,
    organization_id text not null,
    team_id text not null,
    user_id text not null,
    jobs bigint not null,
    calls bigint not null,
    failed_calls bigint not null,
    tokens bigint not null,
    cost_usd numeric(30, 10) not null,
    credits numeric(30, 6) not null,
    revenue_usd numeric(30, 10) not null,
    primary key (grain, starts_at, organization_id, team_id, user_id)
) partition by list (grain);
-- Apart, so that the few rows of the months lie together: a year of them is read at once.
create table user_usage_day partition of user_usage for values in ('day') with (fillfactor = 80);
create table user_usage_month partition of user_usage for values in ('month') with (fillfactor = 80);

-- Calls without a job, by who made them.
create table caller_usage (
    day date not null,
    organization_id text not null,
    team_id text not null,
    user_id text not null,
    -- What was asked for: a group's name, or a model's.
    model text not null,
    provider text not null,
    calls bigint not null,
    failed_calls bigint not null,
    tokens bigint not null,
    credits numeric(30, 6) not null,
    primary key (organization_id, day, team_id, user_id, model, provider)
) with (fillfactor = 80);

-- What calls cost, by the day of the call itself.
create table spend_days (
    scope text not null check (scope in ('team', 'organization')),
    scope_id text not null,
    day date not null,
    cost_usd numeric(20, 10) not null,
    primary key (scope, scope_id, day)
) with (fillfactor = 80);

-- What is queued, each as what it adds to the rollups; a model's columns are null where it is no model's.
-- Each row is looked up by its id (offset 0 keeps the planner from joining whole tables instead), so only its month is touched.
create view queued_usage as
    select
        coalesce(job.created_at, call.created_at) as at,
        coalesce(call.organization_id, (select organization_id from teams where teams.team_id = call.team_id)) as organization_id,
        coalesce(call.team_id, '') as team_id,
        coalesce(job.job_type, '') as job_type,
        coalesce(case when call.job_id is null then call.user_id else job.user_id end, '') as user_id,
        coalesce(call.model_group, '') as model_group,
        coalesce(call.model, '') as model,
        coalesce(call.provider, '') as provider,
        call.created_at as called_at,
        0 as jobs,
        0 as completed,
        0 as failed,
        0 as cancelled,
        1 as calls,
        (call.status = 'failed')::integer as failed_calls,
        call.prompt_tokens + call.completion_tokens as tokens,
        call.cost_usd,
        call.credits,
        (call.credits - call.credits_written_off) * 0.001 as revenue_usd
    from calls_to_roll as queued
    cross join lateral (
        select
            job_id, created_at, organization_id, team_id, user_id, model_group, model, provider, status, prompt_tokens,
            completion_tokens, cost_usd, credits, credits_written_off
        from llm_calls
        where llm_calls.call_id = queued.call_id
        offset 0
    ) as call
    left join lateral (
        select created_at, job_type, user_id
        from jobs
        where jobs.job_id = call.job_id
        offset 0
    ) as job on true
    union all
    select
        job.created_at, (select organization_id from teams where teams.team_id = job.team_id), job.team_id, job.job_type,
        coalesce(job.user_id, ''), null, null, null, null,
        (queued.sign = 0)::integer,
        (queued.sign = 1 and job.status = 'completed')::integer,
        (queued.sign = 1 and job.status = 'failed')::integer,
        (queued.sign = 1 and job.status = 'cancelled')::integer,
        0, 0, 0, 0, 0, 0
    from jobs_to_roll as queued
    cross join lateral (
        select created_at, team_id, job_type, user_id, status
        from jobs
        where jobs.job_id = queued.job_id
        offset 0
    ) as job
    where queued.sign >= 0
    union all
    -- A job's price and credits, shared out among the calls that it ended with: by their cost, or evenly where all were
    -- free. Each share is the difference of two rounded sums, so that all of them add up exactly.
    select
        job.created_at, (select organization_id from teams where teams.team_id = job.team_id), job.team_id, job.job_type,
        coalesce(job.user_id, ''), coalesce(call.model_group, ''), coalesce(call.model, ''), coalesce(call.provider, ''), null,
        0, 0, 0, 0, 0, 0, 0, 0,
        queued.sign * coalesce(
            round(job.credits_charged * call.upto / call.whole, 6) - round(job.credits_charged * (call.upto - call.part) / call.whole, 6),
            job.credits_charged),
        queued.sign * coalesce(
            round(job.price_usd * call.upto / call.whole, 10) - round(job.price_usd * (call.upto - call.part) / call.whole, 10),
            job.price_usd)
    from jobs_to_roll as queued
    cross join lateral (
        select job_id, created_at, team_id, job_type, user_id, credits_charged, coalesce(price_usd, 0) as price_usd
        from jobs
        where jobs.job_id = queued.job_id
        offset 0
    ) as job
    left join lateral (
        select
            model_group,
            model,
            provider,
            part,
            sum(part) over (order by call_id) as upto,
            sum(part) over () as whole
        from (
            select
                call_id,
                model_group,
                model,
                provider,
                case when sum(cost_usd) over () > 0 then cost_usd else 1 end as part
            from llm_calls
            where llm_calls.job_id = job.job_id
            -- No call is older than its job, clocks of nodes apart.
            and call_id >= uuid_floor(job.created_at - interval '1 day')
            and not late
        ) as weighed
    ) as call on true
    where queued.sign <> 0
    and (job.credits_charged <> 0 or job.price_usd <> 0);

-- The same, planned once a session: over many months, planning takes longer than reading.
create function read_queued_usage() returns setof queued_usage
language plpgsql stable rows 100 set jit = off as $$
begin
    return query
        select
            at, organization_id, team_id, job_type, user_id, model_group, model, provider, called_at, jobs, completed, failed,
            cancelled, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
        from queued_usage;
end $$;

-- Adds what is queued to the rollups, once: the same snapshot is read and deleted. Gives the number of queued rows;
-- null where another node is at it.
create function fold_usage() returns bigint
language plpgsql set jit = off as $$
declare
    folded bigint;
begin
    if not pg_try_advisory_xact_lock(1520573473) then
        return null;
    end if;

    -- Summed up once, by the finest of everything: what follows then reads a few rows instead of all that is queued.
    with hourly as (
        select
            date_trunc('hour', at, 'utc') as hour, organization_id, team_id, job_type, user_id, model_group, model, provider,
            (called_at at time zone 'utc')::date as called_on,
            sum(jobs) as jobs,
            sum(completed) as completed,
            sum(failed) as failed,
            sum(cancelled) as cancelled,
            sum(calls) as calls,
            sum(failed_calls) as failed_calls,
            sum(tokens) as tokens,
            sum(cost_usd) as cost_usd,
            sum(credits) as credits,
            sum(revenue_usd) as revenue_usd
        from queued_usage
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    ),
    fact as materialized (
        select
            hour, date_trunc('day', hour, 'utc') as day, date_trunc('month', hour, 'utc') as month, organization_id, team_id, job_type,
            user_id, model_group, model, provider, called_on, jobs, completed, failed, cancelled, calls, failed_calls, tokens, cost_usd,
            credits, revenue_usd
        from hourly
    ),
    taken_calls as (
        delete from calls_to_roll
        returning 1
    ),
    taken_jobs as (
        delete from jobs_to_roll
        returning 1
    ),
    by_job as (
        insert into job_usage as usage (
            grain, starts_at, organization_id, team_id, job_type, jobs, completed, failed, cancelled, calls, failed_calls, tokens,
            cost_usd, credits, revenue_usd)
        select
            grain, starts_at, coalesce(organization_id, ''), coalesce(team_id, ''), job_type, sum(jobs), sum(completed), sum(failed),
            sum(cancelled), sum(calls), sum(failed_calls), sum(tokens), sum(cost_usd), sum(credits), sum(revenue_usd)
        from fact
        cross join lateral unnest(array['hour', 'day', 'month'], array[hour, day, month]) as period (grain, starts_at)
        group by grouping sets ((grain, starts_at, organization_id, team_id, job_type), (grain, starts_at, job_type))
        on conflict (team_id, grain, starts_at, organization_id, job_type) do update
        set jobs = usage.jobs + excluded.jobs,
            completed = usage.completed + excluded.completed,
            failed = usage.failed + excluded.failed,
            cancelled = usage.cancelled + excluded.cancelled,
            calls = usage.calls + excluded.calls,
            failed_calls = usage.failed_calls + excluded.failed_calls,
            tokens = usage.tokens + excluded.tokens,
            cost_usd = usage.cost_usd + excluded.cost_usd,
            credits = usage.credits + excluded.credits,
            revenue_usd = usage.revenue_usd + excluded.revenue_usd
    ),
    by_model as (
        insert into model_usage as usage (
            grain, starts_at, organization_id, team_id, job_type, model_group, model, provider, calls, failed_calls, tokens,
            cost_usd, credits, revenue_usd)
        select
            grain, starts_at, coalesce(organization_id, ''), coalesce(team_id, ''), job_type, model_group, model, provider, sum(calls),
            sum(failed_calls), sum(tokens), sum(cost_usd), sum(credits), sum(revenue_usd)
        from fact
        cross join lateral unnest(array['hour', 'day', 'month'], array[hour, day, month]) as period (grain, starts_at)
        where model_group is not null
        group by grouping sets (
            (grain, starts_at, organization_id, team_id, job_type, model_group, model, provider),
            (grain, starts_at, job_type, model_group, model, provider))
        on conflict (team_id, grain, starts_at, organization_id, job_type, model_group, model, provider) do update
        set calls = usage.calls + excluded.calls,
            failed_calls = usage.failed_calls + excluded.failed_calls,
            tokens = usage.tokens + excluded.tokens,
            cost_usd = usage.cost_usd + excluded.cost_usd,
            credits = usage.credits + excluded.credits,
            revenue_usd = usage.revenue_usd + excluded.revenue_usd
    ),
    by_user as (
        insert into user_usage as usage (
            grain, starts_at, organization_id, team_id, user_id, jobs, calls, failed_calls, tokens, cost_usd, credits, revenue_usd)
        select
            grain, starts_at, organization_id, team_id, user_id, sum(jobs), sum(calls), sum(failed_calls), sum(tokens), sum(cost_usd),
            sum(credits), sum(revenue_usd)
        from fact
        cross join lateral unnest(array['day', 'month'], array[day, month]) as period (grain, starts_at)
        where user_id <> ''
        group by 1, 2, 3, 4, 5
        on conflict (grain, starts_at, organization_id, team_id, user_id) do update
        set jobs = usage.jobs + excluded.jobs,
            calls = usage.calls + excluded.calls,
            failed_calls = usage.failed_calls + excluded.failed_calls,
            tokens = usage.tokens + excluded.tokens,
            cost_usd = usage.cost_usd + excluded.cost_usd,
            credits = usage.credits + excluded.credits,
            revenue_usd = usage.revenue_usd + excluded.revenue_usd
    ),
    by_caller as (
        insert into caller_usage as usage (
            day, organization_id, team_id, user_id, model, provider, calls, failed_calls, tokens, credits)
        select
            (day at time zone 'utc')::date, organization_id, team_id, user_id, coalesce(nullif(model_group, ''), model), provider,
            sum(calls), sum(failed_calls), sum(tokens), sum(credits)
        from fact
        where job_type = ''
        group by 1, 2, 3, 4, 5, 6
        on conflict (organization_id, day, team_id, user_id, model, provider) do update
        set calls = usage.calls + excluded.calls,
            failed_calls = usage.failed_calls + excluded.failed_calls,
            tokens = usage.tokens + excluded.tokens,
            credits = usage.credits + excluded.credits
    ),
    by_spending as (
        insert into spend_days as spent (scope, scope_id, day, cost_usd)
        select scope.name, scope.id, called_on, sum(cost_usd)
        from fact
        cross join lateral (values ('team', team_id), ('organization', organization_id)) as scope (name, id)
        where called_on is not null
        and scope.id <> ''
        group by 1, 2, 3
        on conflict (scope, scope_id, day) do update
        set cost_usd = spent.cost_usd + excluded.cost_usd
    )
    select (select count(*) from taken_calls) + (select count(*) from taken_jobs) into folded;
    return folded;
end $$;

-- Retention ---------------------------------------------------------------------------------------------

-- From when on jobs and calls are kept.
create table usage_retention (
    kept_from timestamptz not null
);
insert into usage_retention (kept_from) values ('-infinity');

-- Drops the months that ended by then, oldest first, and gives how many. It stops at the first that still has an open job
-- or something queued: the rollups keep what it came to.
create function drop_partitions_before(month date) returns integer
language plpgsql set lock_timeout = '2s' as $$
declare
    bound record;
    in_use boolean;
    dropped integer := 0;
begin
    for bound in
        select job_bound.name as jobs, call_bound.name as calls, upper
        from partition_bounds as job_bound
        join partition_bounds as call_bound using (upper)
        where job_bound.of = 'jobs'
        and call_bound.of = 'llm_calls'
        and upper <= uuid_floor(month::timestamp at time zone 'utc')
        order by upper
    loop
        lock table only jobs, only llm_calls in access exclusive mode;
        -- Another node may have been faster.
        continue when to_regclass(bound.jobs) is null;

        execute format(
            $check$
            select
                exists (select from %I where completed_at is null)
                or exists (select from jobs_to_roll where job_id < $1)
                or exists (
                    select
                    from calls_to_roll as queued
                    join llm_calls as call using (call_id)
                    where coalesce(call.job_id, call.call_id) < $1)
            $check$,
            bound.jobs)
            into in_use
            using bound.upper;
        exit when in_use;

        execute format('drop table %I, %I', bound.jobs, bound.calls);
        update usage_retention
        set kept_from = to_timestamp(('x' || translate(substr(bound.upper::text, 1, 13), '-', ''))::bit(48)::bigint / 1000.0);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;

-- What there is already: the coming months, and all that was used until now.
select create_month_partitions((date_trunc('month', now() at time zone 'utc') + ahead * interval '1 month')::date)
from generate_series(1, 1) as ahead;

insert into calls_to_roll (call_id)
select call_id
from llm_calls;
insert into jobs_to_roll (job_id, sign)
select job_id, sign
from jobs
cross join (values (0), (1), (-1)) as queued (sign)
where queued.sign = 0
or (queued.sign = 1 and completed_at is not null)
or (queued.sign = -1 and refunded_at is not null);
analyze calls_to_roll, jobs_to_roll;
select fold_usage();
