-- What a customer is billed for a job ----------------------------------------------------------------

create table pricing_rules (
    pricing_rule_id uuid primary key,
    -- Whose jobs, and of which type; null: all.
    organization_id text references organizations,
    team_id text references teams,
    job_type text,
    kind text not null check (kind in ('flat', 'tiered', 'markup')),
    price_usd numeric(20, 10) check (price_usd >= 0),
    -- The tokens that each tier but the last ends below, ascending, and the price of each.
    tier_bounds bigint[],
    tier_prices_usd numeric(20, 10)[],
    markup_percent numeric(9, 4) check (markup_percent >= 0),
    minimum_usd numeric(20, 10) check (minimum_usd >= 0),
    maximum_usd numeric(20, 10) check (maximum_usd >= 0),
    decimals integer not null check (decimals between 0 and 10),
    effective_from timestamptz not null,
    effective_to timestamptz check (effective_to >= effective_from),
    created_at timestamptz not null,
    check (team_id is null or organization_id is null),
    check ((kind = 'flat') = (price_usd is not null)),
    check ((kind = 'tiered') = (tier_bounds is not null and cardinality(tier_prices_usd) = cardinality(tier_bounds) + 1)),
    check ((kind = 'markup') = (markup_percent is not null)),
    check (minimum_usd <= maximum_usd)
);
create index pricing_rules_by_scope on pricing_rules (team_id, organization_id, job_type, effective_from desc);

-- A price that was billed must stay explicable by its rule: a rule can be ended, earlier than it was going to, and nothing else.
create function refuse_change_of_pricing_rule() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and new.effective_to < coalesce(old.effective_to, 'infinity')
        and to_jsonb(new) - 'effective_to' = to_jsonb(old) - 'effective_to'
    then
        return new;
    end if;
    raise exception 'pricing rules are never changed, only ended' using errcode = 'restrict_violation';
end $$;
create trigger pricing_rules_are_only_ended
    before update or delete on pricing_rules
    for each row execute function refuse_change_of_pricing_rule();
create trigger pricing_rules_no_truncate
    before truncate on pricing_rules
    for each statement execute function refuse_change();

alter table jobs
    -- Null: not ended, or no rule said what it is.
    add column price_usd numeric(20, 10) check (price_usd >= 0),
    -- No foreign key: rules are never deleted, and a job's end need not look for its.
    add column pricing_rule_id uuid,
    add constraint jobs_priced_by_a_rule check (pricing_rule_id is null or (price_usd is not null and status = 'completed' and failed_calls = 0));
