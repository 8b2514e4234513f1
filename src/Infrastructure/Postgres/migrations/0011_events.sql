-- Events and the webhooks that hear of them ----------------------------------------------------------------

-- An id that sorts by its time: UUID v7.
create function uuid_v7(at timestamptz) returns uuid language sql volatile as $$
    select encode(
        set_bit(
            set_bit(
                overlay(
                    uuid_send(gen_random_uuid())
                    placing substring(int8send(floor(extract(epoch from at) * 1000)::bigint) from 3)
                    from 1 for 6),
                52, 1),
            53, 1),
        'hex')::uuid
$$;

create table webhooks (
    webhook_id uuid primary key,
    -- Null: the operator's, which hears of every organization.
    organization_id text references organizations,
    url text not null,
    description text not null default '',
    -- Types of events, families of them such as job.*, or * for all.
    events text[] not null check (cardinality(events) > 0),
    -- False: nothing is written for it, and what had been written waits.
    active boolean not null default true,
    -- Why the service switched it off; null where it did not.
    disabled_reason text,
    -- AES-256-GCM: nonce, ciphertext and tag; the key id names the key of the ring.
    secret_encrypted bytea not null,
    encryption_key_id text not null,
    -- What is shown of it.
    secret_display text not null,
    -- The secret before the last rotation, which signs as well until its end.
    previous_secret_encrypted bytea,
    previous_encryption_key_id text,
    previous_secret_ends_at timestamptz,
    -- The node that delivers to it now, so that no other does.
    lease_id uuid,
    leased_until timestamptz,
    -- Attempts in a row that failed, since when, and when the next one is due; null: at once.
    failures integer not null default 0,
    failing_since timestamptz,
    next_attempt_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((previous_secret_encrypted is null) = (previous_secret_ends_at is null))
);
create index webhooks_by_organization on webhooks (organization_id, webhook_id);

-- The outbox: an event for one webhook that wants it, written in the transaction that made the event true. No foreign key:
-- a webhook that is deleted meanwhile must not fail that transaction.
create table webhook_deliveries (
    webhook_id uuid not null,
    event_id uuid not null,
    -- The order of delivery. Events of one job, wallet or team are written under its row's lock, so theirs is the order in which they happened.
    position bigint generated always as identity,
    type text not null,
    occurred_at timestamptz not null,
    data jsonb not null,
    attempts integer not null default 0,
    last_attempt_at timestamptz,
    -- Null: pending.
    delivered_at timestamptz,
    -- What came of the last attempt.
    response_status integer,
    response_excerpt text,
    error text,
    latency_ms integer,
    primary key (webhook_id, event_id)
);
create index webhook_deliveries_pending on webhook_deliveries (webhook_id, position) where delivered_at is null;
create index webhook_deliveries_by_age on webhook_deliveries (delivered_at) where delivered_at is not null;

-- A time as events tell it.
create function event_time(at timestamptz) returns text language sql stable as $$
    select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Who wants an event. One plain query, so that the planner sees through it.
create function event_listeners(type text, organization_id text)
returns table (webhook_id uuid, is_operator boolean) language sql stable as $$
    select webhook.webhook_id, webhook.organization_id is null
    from webhooks as webhook
    where webhook.active
    and (webhook.organization_id is null or webhook.organization_id = $2)
    and webhook.events && array['*', split_part($1, '.', 1) || '.*', $1]
$$;

-- Writes an event for everybody who wants it; nothing where nobody does. The operator's webhooks see operator_data as well.
create function append_event(type text, organization_id text, team_id text, occurred_at timestamptz, data jsonb, operator_data jsonb)
returns void language plpgsql as $$
begin
    with event as materialized (
        select uuid_v7($4) as event_id
    )
    insert into webhook_deliveries (webhook_id, event_id, type, occurred_at, data)
    select
        listener.webhook_id,
        event.event_id,
        $1,
        $4,
        jsonb_build_object('organization_id', $2, 'team_id', $3) || $5 || case when listener.is_operator then coalesce($6, '{}') else '{}' end
    from event_listeners($1, $2) as listener
    cross join event;
end $$;

-- Alerts ----------------------------------------------------------------------------------------------------

create table alerts (
    alert_id uuid primary key,
    kind text not null,
    organization_id text,
    team_id text,
    -- What was crossed and what was found, both in the unit; null where the alert is about no number.
    threshold numeric(20, 6),
    value numeric(20, 6),
    unit text check (unit in ('percent', 'credits', 'usd')),
    message text not null,
    created_at timestamptz not null default now()
);
create index alerts_by_team on alerts (team_id, alert_id desc) where team_id is not null;
create index alerts_by_organization on alerts (organization_id, alert_id desc) where organization_id is not null;

alter table credit_accounts
    -- Percentages of the credits used at which to warn, ascending.
    add column alert_percents numeric(5, 2)[] not null default '{80,95}'
        check (0 < all (alert_percents) and 100 >= all (alert_percents)),
    -- Warn where fewer credits than this remain; null: do not.
    add column alert_credits numeric(20, 6) check (alert_credits > 0);

-- Compares the wallet before and after: it keeps no state, so what fired is armed again as soon as the wallet is back above.
create function raise_credit_alerts() returns trigger language plpgsql as $$
declare
    before numeric := old.allocated - old.used;
    remaining numeric := new.allocated - new.used;
    percent_used numeric := case when new.allocated > 0 then round(new.used * 100 / new.allocated, 2) else 0 end;
    organization text := coalesce(new.organization_id, (select team.organization_id from teams as team where team.team_id = new.team_id));
    owner text := case
        when new.team_id is not null then 'team ' || new.team_id
        when new.user_id is not null then 'user ' || new.user_id
        else 'organization ' || new.organization_id
    end;
    crossed record;
begin
    for crossed in
        select
            'credits.low' as kind,
            percent as threshold,
            percent_used as value,
            'percent' as unit,
            format('%s %% of the credits of %s are used; %s remain.', trim_scale(percent), owner, trim_scale(remaining)) as message,
            1 as severity
        from unnest(new.alert_percents) as percent
        where new.allocated > 0
        and new.used * 100 >= new.allocated * percent
        and (old.allocated <= 0 or old.used * 100 < old.allocated * percent)
        union all
        select
            'credits.low',
            new.alert_credits,
            remaining,
            'credits',
            format('Fewer than %s credits of %s remain: %s.', trim_scale(new.alert_credits), owner, trim_scale(remaining)),
            2
        where remaining < new.alert_credits
        and before >= new.alert_credits
        union all
        -- Less than a credit pays for nothing more.
        select 'credits.exhausted', 1, remaining, 'credits', format('The credits of %s are used up.', owner), 3
        where remaining < 1
        and before >= 1
        order by severity, threshold
    loop
        insert into alerts (alert_id, kind, organization_id, team_id, threshold, value, unit, message)
        values (uuid_v7(clock_timestamp()), crossed.kind, organization, new.team_id, crossed.threshold, crossed.value, crossed.unit, crossed.message);
        perform append_event(
            crossed.kind,
            organization,
            new.team_id,
            now(),
            jsonb_build_object(
                'user_id', new.user_id,
                'threshold', trim_scale(crossed.threshold),
                'unit', crossed.unit,
                'credits_allocated', trim_scale(new.allocated),
                'credits_used', trim_scale(new.used),
                'credits_remaining', trim_scale(remaining),
                'percentage_used', trim_scale(percent_used)),
            null);
    end loop;
    return null;
end $$;

-- The condition keeps wallets that are well filled, and reservations, from paying for it.
create trigger credit_accounts_alerts
    after update of allocated, used on credit_accounts
    for each row
    when (not new.unlimited
        and (old.allocated <> new.allocated or old.used <> new.used)
        and (new.used * 100 >= new.allocated * coalesce(new.alert_percents[1], 100)
            or new.allocated - new.used < greatest(new.alert_credits, 1)))
    execute function raise_credit_alerts();

-- Whoever adds credits, and by whatever way: the ledger's entry is the event.
create function announce_added_credits() returns trigger language plpgsql as $$
begin
    perform append_event(
        'credits.added',
        coalesce(account.organization_id, team.organization_id),
        account.team_id,
        new.created_at,
        jsonb_build_object(
            'user_id', account.user_id,
            'transaction_id', new.transfer_id,
            'kind', new.kind,
            'credits_added', trim_scale(new.amount),
            'credits_available', trim_scale(new.balance_after),
            'job_id', new.job_id,
            'reason', new.reason),
        null)
    from credit_accounts as account
    left join teams as team on team.team_id = account.team_id
    where account.account_id = new.account_id;
    return null;
end $$;
create trigger credit_transfers_announce
    after insert on credit_transfers
    for each row
    when (new.kind in ('allocation', 'refill', 'refund'))
    execute function announce_added_credits();
