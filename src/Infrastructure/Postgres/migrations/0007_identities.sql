-- Users, the organizations that they belong to, and what they are known by --------------------------------

create table users (
    user_id text primary key,
    -- Null for a user whose identity provider tells none.
    email text,
    name text not null,
    -- Null: signs in through the identity provider only.
    password_hash text,
    is_operator boolean not null default false,
    -- A deleted user's id is never given to another, who would inherit allocations and history.
    status text not null default 'active' check (status in ('active', 'disabled', 'deleted')),
    -- Attempts since the last good one, counted before the password is looked at.
    failed_sign_ins integer not null default 0,
    locked_until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));

-- Who a user is at an identity provider.
create table user_logins (
    issuer text not null,
    subject text not null,
    user_id text not null references users,
    created_at timestamptz not null default now(),
    primary key (issuer, subject)
);
create index user_logins_by_user on user_logins (user_id);

create table organization_members (
    organization_id text not null references organizations,
    user_id text not null references users,
    role text not null check (role in ('owner', 'admin', 'member')),
    created_at timestamptz not null default now(),
    primary key (organization_id, user_id)
);
create index organization_members_by_user on organization_members (user_id, created_at);

create table user_api_keys (
    key_id uuid primary key,
    user_id text not null references users,
    -- Whose wallet pays.
    organization_id text not null references organizations,
    name text not null,
    key_hash bytea not null unique check (length(key_hash) = 32),
    display text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    -- Correct to about a minute.
    last_used_at timestamptz
);
create index user_api_keys_by_user on user_api_keys (user_id, created_at);
create index user_api_keys_by_organization on user_api_keys (organization_id);

create table user_sessions (
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id text not null references users,
    -- The organization chosen at sign-in; null: the user's first.
    organization_id text references organizations,
    -- True: the identity provider said at sign-in that the user is an operator.
    operator_claimed boolean not null default false,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index user_sessions_by_user on user_sessions (user_id);
create index user_sessions_by_expiry on user_sessions (expires_at);
