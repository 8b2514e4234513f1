-- Organizations, teams and their keys -----------------------------------------------------------

create table organizations (
    organization_id text primary key,
    name text not null,
    -- A deleted organization stays for the history of its teams.
    status text not null default 'active' check (status in ('active', 'suspended', 'deleted')),
    tier text,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table teams (
    team_id text primary key,
    organization_id text not null references organizations,
    team_alias text not null,
    status text not null default 'active' check (status in ('active', 'suspended', 'paused', 'deleted')),
    budget_mode text not null default 'job_based' check (budget_mode in ('job_based')),
    rpm_limit integer check (rpm_limit > 0),
    tpm_limit integer check (tpm_limit > 0),
    max_parallel integer check (max_parallel > 0),
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index teams_by_organization on teams (organization_id, team_id);

create table virtual_keys (
    key_id uuid primary key,
    team_id text not null references teams,
    name text not null,
    key_hash bytea not null unique check (length(key_hash) = 32),
    display text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);
create index virtual_keys_by_team on virtual_keys (team_id, created_at);

-- The catalogue: models, groups, access groups, provider credentials ----------------------------

create table models (
    model_alias text primary key,
    provider text not null,
    upstream_model text not null,
    mode text not null default 'chat',
    -- Null prices: the model is refused as not priced. A free model says zero.
    input_usd_per_million numeric(20, 10) check (input_usd_per_million >= 0),
    output_usd_per_million numeric(20, 10) check (output_usd_per_million >= 0),
    cached_input_usd_per_million numeric(20, 10) check (cached_input_usd_per_million >= 0),
    cache_write_usd_per_million numeric(20, 10) check (cache_write_usd_per_million >= 0),
    context_window integer check (context_window > 0),
    max_output_tokens integer check (max_output_tokens > 0),
    local boolean not null default false,
    tiers text[] not null default '{}',
    capabilities text[] not null default '{}',
    active boolean not null default true,
    -- True: written by the built-in catalogue and refreshed with it; an operator's change makes it false.
    built_in boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- Models that an operator deleted: seeding must not bring a built-in one back.
create table removed_models (
    model_alias text primary key,
    removed_at timestamptz not null default now()
);

create table model_groups (
    group_name text primary key,
    display_name text not null,
    description text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table model_group_models (
    group_name text not null references model_groups on delete cascade,
    model_alias text not null references models,
    priority integer not null check (priority >= 0),
    weight integer not null default 1 check (weight > 0),
    active boolean not null default true,
    primary key (group_name, model_alias)
);
create index model_group_models_by_model on model_group_models (model_alias);

create table access_groups (
    group_name text primary key,
    description text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table access_group_models (
    group_name text not null references access_groups on delete cascade,
    model_alias text not null references models on delete cascade,
    primary key (group_name, model_alias)
);

create table team_model_groups (
    team_id text not null references teams,
    group_name text not null references model_groups,
    -- The team's first group serves calls that name none.
    position integer not null,
    primary key (team_id, group_name)
);

create table team_access_groups (
    team_id text not null references teams,
    group_name text not null references access_groups,
    position integer not null,
    primary key (team_id, group_name)
);

create table provider_credentials (
    credential_id uuid primary key,
    provider text not null,
    credential_name text not null,
    organization_id text references organizations,
    -- AES-256-GCM: nonce, ciphertext and tag; encryption_key_id names the key of the ring.
    api_key_encrypted bytea not null,
    encryption_key_id text not null,
    last4 text not null,
    api_base text,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index provider_credentials_name
    on provider_credentials (provider, credential_name, coalesce(organization_id, ''));

-- Jobs and their calls --------------------------------------------------------------------------

create table jobs (
    job_id uuid primary key,
    team_id text not null references teams,
    job_type text not null,
    user_id text,
    external_task_id text,
    status text not null default 'pending'
        check (status in ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
    metadata jsonb not null default '{}',
    error_message text,
    created_at timestamptz not null,
    started_at timestamptz,
    completed_at timestamptz,
    expires_at timestamptz not null,
    -- Caps that its creator set, and the calls that were let through under them.
    max_cost_usd numeric(20, 10) check (max_cost_usd > 0),
    max_calls integer check (max_calls > 0),
    admitted_calls integer not null default 0,
    credits_reserved numeric(20, 6) not null check (credits_reserved > 0),
    credits_charged numeric(20, 6) not null default 0 check (credits_charged >= 0),
    -- What the wallet still had when the job ended: a repeated completion answers the same body.
    credits_remaining_after numeric(20, 6),
    -- Totals of the calls that were settled before the job ended.
    total_calls integer not null default 0,
    successful_calls integer not null default 0,
    failed_calls integer not null default 0,
    prompt_tokens bigint not null default 0,
    completion_tokens bigint not null default 0,
    total_cost_usd numeric(20, 10) not null default 0,
    total_latency_ms bigint not null default 0,
    -- Calls that were still running when the job ended: paid for by the operator, kept out of what the completion said.
    late_calls integer not null default 0,
    late_cost_usd numeric(20, 10) not null default 0,
    check ((status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)),
    check (credits_charged = 0 or (status = 'completed' and failed_calls = 0))
);
create index jobs_by_team on jobs (team_id, created_at desc, job_id desc);
create index jobs_open_by_expiry on jobs (expires_at) where status in ('pending', 'in_progress');

create table llm_calls (
    call_id uuid primary key,
    job_id uuid not null,
    team_id text not null,
    purpose text,
    model_group text,
    -- Null where no upstream was tried or none answered.
    model text,
    provider text,
    upstream_model text,
    status text not null check (status in ('succeeded', 'failed')),
    error_code text,
    error text,
    streamed boolean not null,
    -- True: the job had ended when this call was settled.
    late boolean not null,
    prompt_tokens integer not null default 0 check (prompt_tokens >= 0),
    completion_tokens integer not null default 0 check (completion_tokens >= 0),
    cached_tokens integer not null default 0 check (cached_tokens >= 0),
    reasoning_tokens integer not null default 0 check (reasoning_tokens >= 0),
    usage_source text not null check (usage_source in ('upstream', 'delivered', 'drained', 'estimated', 'unknown')),
    -- The prices that this call was costed with.
    input_usd_per_million numeric(20, 10),
    output_usd_per_million numeric(20, 10),
    cached_input_usd_per_million numeric(20, 10),
    cost_usd numeric(20, 10) not null default 0 check (cost_usd >= 0),
    client_cost_usd numeric(20, 10) not null default 0 check (client_cost_usd >= 0),
    latency_ms integer not null check (latency_ms >= 0),
    attempts integer not null check (attempts >= 0),
    finish_reason text,
    request_id text,
    created_at timestamptz not null
);
create index llm_calls_by_job on llm_calls (job_id, created_at, call_id);
create index llm_calls_by_team on llm_calls (team_id, created_at);

-- Credits ---------------------------------------------------------------------------------------

create table credit_accounts (
    account_id uuid primary key,
    team_id text not null unique references teams,
    allocated numeric(20, 6) not null default 0 check (allocated >= 0),
    used numeric(20, 6) not null default 0 check (used >= 0),
    reserved numeric(20, 6) not null default 0 check (reserved >= 0),
    unlimited boolean not null default false,
    -- Invariant 1: no code path can overshoot.
    constraint credit_accounts_no_overshoot check (unlimited or used + reserved <= allocated)
);

create table credit_transfers (
    transfer_id uuid primary key,
    -- Assigned under the wallet's row lock, so it orders the transfers of one wallet.
    entry_no bigint generated always as identity,
    account_id uuid not null,
    debit text not null,
    credit text not null,
    amount numeric(20, 6) not null check (amount > 0),
    kind text not null,
    job_id uuid,
    call_id uuid,
    reason text,
    idempotency_key text,
    balance_after numeric(20, 6) not null,
    created_at timestamptz not null default now(),
    constraint credit_transfers_posting check ((kind, debit, credit) in (
        ('allocation', 'issued', 'available'),
        ('refill', 'issued', 'available'),
        ('reservation', 'available', 'held'),
        ('charge', 'held', 'revenue'),
        ('release', 'held', 'available'),
        ('refund', 'revenue', 'available'),
        ('adjustment', 'available', 'issued'),
        ('expiry', 'available', 'expired'),
        ('writeoff', 'writeoff', 'revenue')))
);
create index credit_transfers_by_account on credit_transfers (account_id, entry_no desc);
-- Invariant 3: one reservation and one end of it for each job, one charge for each call, whatever is retried.
create unique index credit_transfers_one_reservation_a_job
    on credit_transfers (job_id) where kind = 'reservation' and call_id is null;
create unique index credit_transfers_one_end_a_job
    on credit_transfers (job_id) where kind in ('charge', 'release') and call_id is null;
create unique index credit_transfers_one_charge_a_call
    on credit_transfers (call_id) where kind = 'charge';

-- Append-only: history that could be edited would prove nothing.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger credit_transfers_append_only
    before update or delete on credit_transfers
    for each row execute function refuse_change();
create trigger credit_transfers_no_truncate
    before truncate on credit_transfers
    for each statement execute function refuse_change();

create table idempotency_keys (
    scope text not null,
    idempotency_key text not null,
    request_hash bytea not null,
    -- What was made: the repeated answer is read from it.
    response jsonb not null,
    created_at timestamptz not null default now(),
    primary key (scope, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
