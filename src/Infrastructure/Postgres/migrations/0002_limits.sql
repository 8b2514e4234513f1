-- Limits of organizations, teams and keys. A burst is a bucket that is refilled at the requests limit, so it needs one.

alter table organizations
    add column rpm_limit integer check (rpm_limit > 0),
    add column tpm_limit integer check (tpm_limit > 0),
    add column max_parallel integer check (max_parallel > 0),
    add column burst_limit integer check (burst_limit > 0),
    add constraint organizations_burst_needs_rpm check (burst_limit is null or rpm_limit is not null);

alter table teams
    add column burst_limit integer check (burst_limit > 0),
    add constraint teams_burst_needs_rpm check (burst_limit is null or rpm_limit is not null);

alter table virtual_keys
    add column rpm_limit integer check (rpm_limit > 0),
    add column tpm_limit integer check (tpm_limit > 0),
    add column max_parallel integer check (max_parallel > 0),
    add column burst_limit integer check (burst_limit > 0),
    -- A key and the one that replaces it count together: rotating must not give a second helping.
    add column limit_scope_id uuid,
    add constraint virtual_keys_burst_needs_rpm check (burst_limit is null or rpm_limit is not null);
update virtual_keys set limit_scope_id = key_id;
alter table virtual_keys alter column limit_scope_id set not null;
