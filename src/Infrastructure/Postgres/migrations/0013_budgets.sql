-- Budgets and alerts ----------------------------------------------------------------

create table budgets (
    scope text not null check (scope in ('team', 'organization')),
    scope_id text not null,
    -- What calls may cost in a calendar month (UTC); null: not bounded.
    monthly_cost_usd numeric(20, 10) check (monthly_cost_usd > 0),
    mode text not null check (mode in ('soft', 'hard')),
    alert_percents numeric(5, 2)[] not null check (0 < all (alert_percents) and 100 >= all (alert_percents)),
    -- Warn of a day that costs more than so many times the mean of the 14 days before; null: do not.
    daily_spike_factor numeric(9, 4) check (daily_spike_factor > 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- The id first: the audit log names a row by the first column of its key.
    primary key (scope_id, scope),
    check (mode = 'soft' or monthly_cost_usd is not null)
);
select audit_changes_of('budgets', 'budget', operators_only => true);

-- What has been told: each percentage once a month, each day that stands out once.
create table budget_crossings (
    scope text not null,
    scope_id text not null,
    kind text not null check (kind in ('month', 'day')),
    starts_on date not null,
    -- 0 for a day.
    percent numeric(5, 2) not null,
    primary key (scope, scope_id, kind, starts_on, percent),
    foreign key (scope_id, scope) references budgets on delete cascade
);

create function spent_in_month(of text, id text, month date) returns numeric language sql stable as $$
    select coalesce(sum(cost_usd), 0)
    from spend_days
    where scope = of
    and scope_id = id
    and day >= month
    and day < (month + interval '1 month')::date
$$;

-- Whose organization an alert belongs to.
create function organization_of(of text, id text) returns text language sql stable as $$
    select case when of = 'organization' then id else (select organization_id from teams where team_id = id) end
$$;

-- Forgets what the month's spending is below again: after a budget was raised it is told anew.
create function rearm_budget(of text, id text, month date) returns void language sql as $$
    delete from budget_crossings as crossing
    using budgets as budget
    where budget.scope = of
    and budget.scope_id = id
    and crossing.scope = of
    and crossing.scope_id = id
    and crossing.kind = 'month'
    and crossing.starts_on = month
    and (budget.monthly_cost_usd is null or spent_in_month(of, id, month) < budget.monthly_cost_usd * crossing.percent / 100)
$$;

-- Tells what the month's spending has passed and was not told before. It asks what is so, not what has changed: whoever
-- calls it, however often, each percentage is told once.
create function raise_budget_alerts(of text, id text, month date) returns void language plpgsql as $$
declare
    budget record;
    spent numeric := spent_in_month(of, id, month);
    organization text := organization_of(of, id);
    team text := case when of = 'team' then id end;
    reached numeric;
begin
    select monthly_cost_usd, mode, alert_percents into budget
    from budgets
    where scope = of
    and scope_id = id
    and monthly_cost_usd is not null;
    if not found then
        return;
    end if;

    for reached in
        insert into budget_crossings (scope, scope_id, kind, starts_on, percent)
        select of, id, 'month', month, percent
        from (select distinct percent from unnest(budget.alert_percents || 100.00) as percent) as threshold
        where spent >= budget.monthly_cost_usd * percent / 100
        order by percent
        on conflict do nothing
        returning percent
    loop
        insert into alerts (alert_id, kind, organization_id, team_id, threshold, value, unit, message)
        values (
            uuid_v7(clock_timestamp()),
            case when reached = 100 then 'budget.exceeded' else 'budget.low' end,
            organization,
            team,
            reached,
            round(spent * 100 / budget.monthly_cost_usd, 2),
            'percent',
            format('%s %% of the budget of %s %s for %s are spent: %s of %s USD.',
                trim_scale(reached), of, id, to_char(month, 'YYYY-MM'), trim_scale(spent), trim_scale(budget.monthly_cost_usd)));
        continue when reached < 100;

        -- What it costs at the providers is the operator's to know.
        perform append_event(
            'budget.exceeded',
            organization,
            team,
            now(),
            jsonb_build_object(
                'scope', of,
                'mode', budget.mode,
                'month', to_char(month, 'YYYY-MM'),
                'resets_at', event_time((month + interval '1 month') at time zone 'utc')),
            jsonb_build_object('monthly_cost_usd', trim_scale(budget.monthly_cost_usd), 'spent_usd', trim_scale(spent)));
        -- From now on every node refuses.
        if budget.mode = 'hard' then
            perform pg_notify('saasllm_changes', 'Budget:');
        end if;
    end loop;
end $$;

-- In the transaction that adds to the spending: a warning is there as soon as what it warns of is.
create function watch_spending() returns trigger language plpgsql as $$
begin
    perform raise_budget_alerts(scope, scope_id, month)
    from (
        select distinct scope, scope_id, date_trunc('month', day)::date as month
        from changed
        join budgets as budget using (scope, scope_id)
        where budget.monthly_cost_usd is not null
        order by scope, scope_id, month
    ) as spending;

    -- Days before the first spending say nothing of what is usual.
    with spike as (
        select changed.scope, changed.scope_id, changed.day, changed.cost_usd, usual.mean_usd, budget.daily_spike_factor as factor
        from changed
        join budgets as budget using (scope, scope_id)
        cross join lateral (
            select sum(earlier.cost_usd) / (changed.day - min(earlier.day)) as mean_usd
            from spend_days as earlier
            where earlier.scope = changed.scope
            and earlier.scope_id = changed.scope_id
            and earlier.day >= changed.day - 14
            and earlier.day < changed.day
        ) as usual
        where usual.mean_usd > 0
        and changed.cost_usd > budget.daily_spike_factor * usual.mean_usd
    ),
    untold as (
        insert into budget_crossings (scope, scope_id, kind, starts_on, percent)
        select scope, scope_id, 'day', day, 0
        from spike
        order by scope, scope_id, day
        on conflict do nothing
        returning scope, scope_id, starts_on
    )
    insert into alerts (alert_id, kind, organization_id, team_id, threshold, value, unit, message)
    select
        uuid_v7(clock_timestamp()),
        'budget.spike',
        organization_of(spike.scope, spike.scope_id),
        case when spike.scope = 'team' then spike.scope_id end,
        round(spike.factor * spike.mean_usd, 6),
        round(spike.cost_usd, 6),
        'usd',
        format('%s %s has spent %s USD on %s, more than %s times the usual %s USD a day.',
            spike.scope, spike.scope_id, trim_scale(spike.cost_usd), spike.day, trim_scale(spike.factor), trim_scale(round(spike.mean_usd, 6)))
    from untold
    join spike on spike.scope = untold.scope and spike.scope_id = untold.scope_id and spike.day = untold.starts_on;
    return null;
end $$;
create trigger spend_days_watch_new
    after insert on spend_days
    referencing new table as changed
    for each statement execute function watch_spending();
create trigger spend_days_watch_more
    after update on spend_days
    referencing new table as changed
    for each statement execute function watch_spending();
