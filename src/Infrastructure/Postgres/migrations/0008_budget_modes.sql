-- How a team's jobs are charged ---------------------------------------------------------------------

alter table teams
    drop constraint teams_budget_mode_check,
    add constraint teams_budget_mode_check
        check (budget_mode in ('job_based', 'consumption_usd', 'consumption_tokens', 'unlimited')),
    add column credits_per_dollar numeric(20, 6) not null default 10 check (credits_per_dollar > 0),
    add column tokens_per_credit integer not null default 10000 check (tokens_per_credit > 0);

alter table jobs
    -- As it was when the job was created: a later change of the team's is for later jobs.
    add column budget_mode text not null default 'job_based'
        check (budget_mode in ('job_based', 'consumption_usd', 'consumption_tokens')),
    -- Credits a dollar, or tokens a credit; null where a job costs one credit.
    add column conversion_rate numeric(20, 6) check (conversion_rate > 0),
    -- What the client is to pay for its calls, those that outlived the job left out.
    add column client_cost_usd numeric(20, 10) not null default 0,
    -- What it cost beyond its charge, because the wallet had no more: the operator bore it.
    add column credits_written_off numeric(20, 6) not null default 0 check (credits_written_off >= 0),
    -- When its charge was given back.
    add column refunded_at timestamptz,
    add constraint jobs_conversion_rate check ((budget_mode = 'job_based') = (conversion_rate is null)) not valid,
    add constraint jobs_refund check (refunded_at is null or credits_charged > 0) not valid;

update jobs
set client_cost_usd = called.client_cost_usd
from (
    select job_id, sum(client_cost_usd) as client_cost_usd
    from llm_calls
    where not late
    and job_id is not null
    group by job_id
) as called
where jobs.job_id = called.job_id;

-- A job that pays by use grows and shrinks what it holds with its calls, and at its end both charges and releases.
drop index credit_transfers_one_end_a_job;
create unique index credit_transfers_one_end_a_job
    on credit_transfers (job_id, kind) where kind in ('charge', 'release', 'writeoff', 'refund') and call_id is null;

-- Calls that run ------------------------------------------------------------------------------------

alter table call_holds
    -- The job that the call belongs to; null where it is metered by itself.
    add column job_id uuid,
    add column purpose text,
    -- Above zero where the job counts the call, with its estimated cost, while it runs: because it has caps or pays by use.
    add column pending_tokens integer not null default 0 check (pending_tokens >= 0);
create index call_holds_by_job on call_holds (job_id) where pending_tokens > 0;

-- Wallets -------------------------------------------------------------------------------------------

alter table credit_accounts
    -- How far below zero a good customer's wallet may go, in credits.
    add column grace numeric(20, 6) not null default 0 check (grace >= 0),
    drop constraint credit_accounts_no_overshoot,
    add constraint credit_accounts_no_overshoot check (unlimited or used + reserved <= allocated + grace);

create table auto_refills (
    team_id text primary key references teams,
    enabled boolean not null,
    credits numeric(20, 6) not null check (credits > 0),
    period text not null check (period in ('daily', 'weekly', 'monthly')),
    -- The first day of the next period, UTC.
    next_on date not null,
    updated_at timestamptz not null default now()
);
create index auto_refills_due on auto_refills (next_on) where enabled;

-- A period is granted once, whichever node does it.
create table team_refills (
    team_id text not null references teams,
    period text not null,
    starts_on date not null,
    credits numeric(20, 6) not null check (credits > 0),
    granted_at timestamptz not null default now(),
    primary key (team_id, period, starts_on)
);
