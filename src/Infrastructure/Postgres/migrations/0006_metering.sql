-- Tiers: what an organization has subscribed to on the LLM API --------------------------------------

create table tiers (
    tier_name text primary key,
    -- Models of a tier serve those of higher rank as well.
    rank integer not null,
    -- Null: no limit.
    daily_calls integer check (daily_calls > 0),
    monthly_calls integer check (monthly_calls > 0),
    -- So many calls in all, within so many days from the organization's first day in the tier.
    trial_calls integer check (trial_calls > 0),
    trial_days integer check (trial_days > 0),
    -- What is charged on top of the provider's cost, in percent of it.
    markup_percent numeric(9, 4) not null default 0 check (markup_percent between 0 and 10000),
    -- What a subscribed organization's pool is reset to on the first of each month; null: it is not.
    credits_per_month numeric(20, 6) check (credits_per_month > 0),
    -- Serves balanced calls that name no model; null: the router's choice.
    default_model text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((trial_calls is null) = (trial_days is null))
);
insert into tiers (tier_name, rank, daily_calls, monthly_calls, trial_calls, trial_days, markup_percent)
values
    ('trial', 0, 100, null, 700, 7, 0),
    ('starter', 10, 34, 1000, null, null, 20),
    ('professional', 20, 334, 10000, null, null, 10),
    ('enterprise', 30, null, null, null, null, 0),
    ('vip_founder', 30, null, null, null, null, 0),
    ('byok', 30, null, null, null, null, 0);

alter table organizations
    -- When it got its tier: a trial counts from here.
    add column tier_since timestamptz not null default now(),
    -- True: its pool is reset every month to what the tier says.
    add column subscribed boolean not null default false,
    -- Not validated: what was written before there were tiers stays, and counts as none.
    add constraint organizations_tier_is_known foreign key (tier) references tiers not valid;

-- Calls counted against a tier. Locked with the hold of a call, so the count is exact on any number of nodes.
create table quota_usage (
    organization_id text not null references organizations,
    period text not null check (period in ('day', 'month', 'trial')),
    starts_on date not null,
    calls bigint not null default 0 check (calls >= 0),
    primary key (organization_id, period, starts_on)
);

-- Wallets of organizations and their users ----------------------------------------------------------

alter table credit_accounts
    alter column team_id drop not null,
    add column organization_id text references organizations,
    add column user_id text,
    -- How much of the wallet a call holds: what it will probably cost, or the most that it can.
    add column hold_policy text not null default 'elastic' check (hold_policy in ('elastic', 'strict')),
    -- A team's wallet, an organization's pool, or what the pool has set apart for one user.
    add constraint credit_accounts_owner check (
        (team_id is not null and organization_id is null and user_id is null)
        or (team_id is null and organization_id is not null));
create unique index credit_accounts_one_pool on credit_accounts (organization_id) where user_id is null;
create unique index credit_accounts_one_allocation on credit_accounts (organization_id, user_id) where user_id is not null;

-- Not validated, since every older row has passed the narrower rule.
alter table credit_transfers drop constraint credit_transfers_posting;
alter table credit_transfers add constraint credit_transfers_posting check ((kind, debit, credit) in (
    ('allocation', 'issued', 'available'),
    ('refill', 'issued', 'available'),
    ('reservation', 'available', 'held'),
    ('charge', 'held', 'revenue'),
    ('release', 'held', 'available'),
    ('refund', 'revenue', 'available'),
    ('adjustment', 'available', 'issued'),
    ('expiry', 'available', 'expired'),
    ('writeoff', 'writeoff', 'revenue'),
    ('move_out', 'available', 'transit'),
    ('move_in', 'transit', 'available'))) not valid;
create unique index credit_transfers_one_release_a_call on credit_transfers (call_id) where kind = 'release';
create index credit_transfers_by_call on credit_transfers (call_id) where call_id is not null;

-- A month is reset once, whichever node does it.
create table pool_resets (
    organization_id text not null references organizations,
    month date not null,
    granted numeric(20, 6) not null check (granted > 0),
    expired numeric(20, 6) not null check (expired >= 0),
    -- What all wallets of the organization had used until then: by the next reset, how much of this grant was used is known.
    used_before numeric(20, 6) not null,
    reset_at timestamptz not null default now(),
    primary key (organization_id, month)
);

-- What a model is good at: code, chat, rag, creative.
alter table models add column task_types text[] not null default '{}';

-- Metered calls -------------------------------------------------------------------------------------

-- A call that has been let through and has not ended: what it holds, and what is known of it should its process die.
create table call_holds (
    call_id uuid primary key,
    -- Null where nothing can be charged: the caller's own provider key serves.
    account_id uuid references credit_accounts,
    credits numeric(20, 6) not null check (credits >= 0),
    organization_id text not null,
    team_id text,
    user_id text,
    operation text not null,
    model text not null,
    streamed boolean not null,
    prompt_tokens integer not null check (prompt_tokens >= 0),
    estimated_cost_usd numeric(20, 10) not null check (estimated_cost_usd >= 0),
    request_id text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    check (account_id is not null or credits = 0)
);
create index call_holds_by_expiry on call_holds (expires_at);

alter table llm_calls
    -- Null where the call was metered by itself.
    alter column job_id drop not null,
    -- Null where a user or a service called.
    alter column team_id drop not null,
    -- Who paid for a call without a job; null where a job did.
    add column organization_id text,
    add column user_id text,
    add column account_id uuid,
    add column operation text not null default 'chat' check (operation in ('chat', 'embeddings', 'images')),
    add column cache_write_tokens integer not null default 0 check (cache_write_tokens >= 0),
    add column cache_write_usd_per_million numeric(20, 10),
    -- What the charge of a metered call was computed with.
    add column power_level text check (power_level in ('eco', 'balanced', 'precision')),
    add column power_multiplier numeric(6, 3),
    add column markup_percent numeric(9, 4),
    -- The charge in credits, what no wallet could cover included, and that share of it.
    add column credits numeric(20, 6) not null default 0 check (credits >= 0),
    add column credits_written_off numeric(20, 6) not null default 0 check (credits_written_off between 0 and credits),
    -- The caller's own provider key that served: nothing is charged then.
    add column byok_key_id uuid,
    -- For a call whose process died: what it would probably have cost, on record and charged to nobody.
    add column estimated_cost_usd numeric(20, 10),
    add constraint llm_calls_payer check (job_id is not null or organization_id is not null) not valid,
    add constraint llm_calls_byok_is_free check (byok_key_id is null or credits = 0) not valid;
create index llm_calls_by_organization on llm_calls (organization_id, created_at) where organization_id is not null;
