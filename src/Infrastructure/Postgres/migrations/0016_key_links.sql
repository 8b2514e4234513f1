-- Links that hand a key over, each once --------------------------------------------------

-- The token is kept nowhere: its hash finds the row, and what is derived from itself opens the key. Nothing here opens anything.
create table key_links (
    token_hash bytea primary key check (length(token_hash) = 32),
    key_id uuid not null references virtual_keys,
    team_id text not null references teams,
    key_encrypted bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at)
);
create index key_links_by_expiry on key_links (expires_at);

-- Goes by the key's id in the log: who made a link to which key, and when it was opened (or expired, by nobody) and from where.
create trigger audit
    after insert or update or delete on key_links
    for each row execute function audit_change('key_link', '{key_id}', '{token_hash,key_encrypted}', '{}', 'false');
