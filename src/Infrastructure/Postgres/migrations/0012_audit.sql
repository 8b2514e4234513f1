-- Who changed what ----------------------------------------------------------------

create table audit_log (
    -- In the order of writing; pages follow it.
    audit_id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor_kind text not null check (actor_kind in ('operator', 'team', 'service', 'user', 'system')),
    -- Display form of a key, or a user's id. Null: the service by itself.
    actor text,
    -- What was asked for. Null: a statement outside a use case.
    use_case text,
    action text not null check (action in ('create', 'update', 'delete')),
    subject text not null,
    -- First column of the row's key, so that a member of a group is found under the group; before and after hold the whole key.
    subject_id text not null,
    organization_id text,
    team_id text,
    -- The operator's own business, which an organization's owners do not see.
    operators_only boolean not null,
    before jsonb,
    after jsonb,
    request_id text,
    address text
);
create index audit_log_by_organization on audit_log (organization_id, audit_id);
create index audit_log_by_team on audit_log (team_id, audit_id);
create index audit_log_by_subject on audit_log (subject, subject_id, audit_id);
create index audit_log_by_actor on audit_log (actor, audit_id);
create index audit_log_by_time on audit_log (at);

create trigger audit_log_append_only
    before update or delete on audit_log
    for each row execute function refuse_change();
create trigger audit_log_no_truncate
    before truncate on audit_log
    for each statement execute function refuse_change();

-- What the transaction was begun for: use_case, actor_kind, actor, request_id, address.
create function audited_request() returns jsonb language sql stable as $$
    select coalesce(nullif(current_setting('saasllm.request', true), ''), '{}')::jsonb
$$;

create function asked_by_somebody() returns boolean language sql stable as $$
    select coalesce(audited_request() ->> 'actor_kind', 'system') <> 'system'
$$;

-- Arguments: what the row is called, columns of its key, secret columns, columns that do not count, whether only operators see it.
create function audit_change() returns trigger language plpgsql as $$
declare
    key_columns text[] := tg_argv[1];
    secret_columns text[] := tg_argv[2];
    ignored_columns text[] := array_append(tg_argv[3]::text[], 'updated_at');
    request jsonb := audited_request();
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - ignored_columns end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - ignored_columns end;
    subject_row jsonb := coalesce(new_row, old_row);
    -- What has a scope is a team's or an organization's, and goes by that one's id.
    organization text := coalesce(subject_row ->> 'organization_id', case when subject_row ->> 'scope' = 'organization' then subject_row ->> 'scope_id' end);
    team text := coalesce(subject_row ->> 'team_id', case when subject_row ->> 'scope' = 'team' then subject_row ->> 'scope_id' end);
begin
    if old_row = new_row then
        return null;
    end if;

    -- What is and stays built in is the catalogue's own doing.
    if new_row ->> 'built_in' = 'true' and coalesce(old_row ->> 'built_in', 'true') = 'true' then
        return null;
    end if;

    if subject_row ? 'account_id' and organization is null and team is null then
        select account.organization_id, account.team_id
        into organization, team
        from credit_accounts as account
        where account.account_id = (subject_row ->> 'account_id')::uuid;
    end if;
    if organization is null and team is not null then
        select owner.organization_id
        into organization
        from teams as owner
        where owner.team_id = team;
    end if;

    insert into audit_log (
        actor_kind, actor, use_case, action, subject, subject_id, organization_id, team_id, operators_only, before, after, request_id, address)
    select
        coalesce(request ->> 'actor_kind', 'system'),
        request ->> 'actor',
        request ->> 'use_case',
        case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
        tg_argv[0],
        coalesce(subject_row ->> 'scope_id', subject_row ->> key_columns[1]),
        organization,
        team,
        tg_argv[4]::boolean,
        jsonb_object_agg(key, case when key = any(secret_columns) and was <> 'null' then '"***"' else was end) filter (where was is not null),
        jsonb_object_agg(key, case when key = any(secret_columns) and becomes <> 'null' then '"***"' else becomes end) filter (where becomes is not null),
        request ->> 'request_id',
        request ->> 'address'
    from (
        select key, old_column.value as was, new_column.value as becomes
        from jsonb_each(coalesce(old_row, '{}')) as old_column
        full join jsonb_each(coalesce(new_row, '{}')) as new_column using (key)
    ) as changed
    where key = any(key_columns)
    or was is distinct from becomes;
    return null;
end $$;

-- Puts every change of a table into the log from now on. Named for its rows: select audit_changes_of('teams', 'team').
create function audit_changes_of(
    target regclass, subject text, secrets text[] default '{}', ignored text[] default '{}', operators_only boolean default false)
returns void language plpgsql as $$
declare
    key_columns text[] := (
        select array_agg(attribute.attname order by array_position(key.indkey::smallint[], attribute.attnum))
        from pg_index as key
        join pg_attribute as attribute on attribute.attrelid = key.indrelid and attribute.attnum = any(key.indkey)
        where key.indrelid = target
        and key.indisprimary);
begin
    execute format(
        'create trigger audit after insert or update or delete on %s for each row execute function audit_change(%L, %L, %L, %L, %L)',
        target, subject, key_columns, secrets, ignored, operators_only);
end $$;

select audit_changes_of('organizations', 'organization');
select audit_changes_of('teams', 'team');
select audit_changes_of('virtual_keys', 'virtual_key', secrets => '{key_hash}');
select audit_changes_of('team_model_groups', 'team_model_group');
select audit_changes_of('team_access_groups', 'team_access_group');
select audit_changes_of('models', 'model');
select audit_changes_of('model_groups', 'model_group');
select audit_changes_of('model_group_models', 'model_group_model');
select audit_changes_of('access_groups', 'access_group');
select audit_changes_of('access_group_models', 'access_group_model');
select audit_changes_of('provider_credentials', 'provider_credential', secrets => '{api_key_encrypted}', operators_only => true);
select audit_changes_of('byok_keys', 'byok_key', secrets => '{api_key_encrypted}', ignored => '{last_used_at}');
select audit_changes_of('tiers', 'tier');
select audit_changes_of('users', 'user', secrets => '{password_hash}', ignored => '{failed_sign_ins,locked_until}');
select audit_changes_of('organization_members', 'organization_member');
select audit_changes_of('user_api_keys', 'user_api_key', secrets => '{key_hash}', ignored => '{last_used_at}');
select audit_changes_of('auto_refills', 'auto_refill', ignored => '{next_on}');
select audit_changes_of('pricing_rules', 'pricing_rule', operators_only => true);
select audit_changes_of(
    'webhooks', 'webhook',
    secrets => '{url,secret_encrypted,previous_secret_encrypted}',
    ignored => '{lease_id,leased_until,failures,failing_since,next_attempt_at}');

-- Of a wallet its settings alone: its sums change with every job, and what moves them is in the ledger.
create trigger audit
    after update of unlimited, hold_policy, grace, alert_percents, alert_credits on credit_accounts
    for each row execute function audit_change('wallet', '{account_id}', '{}', '{allocated,used,reserved}', 'false');

-- What a person did to credits; jobs, calls and the service's own grants are the ledger's alone.
create trigger audit
    after insert on credit_transfers
    for each row
    when (
        case
            when new.kind in ('reservation', 'charge', 'release', 'writeoff') then false
            when new.kind in ('refill', 'expiry') then asked_by_somebody()
            else true
        end)
    execute function audit_change('credit_transfer', '{transfer_id}', '{}', '{entry_no}', 'false');
