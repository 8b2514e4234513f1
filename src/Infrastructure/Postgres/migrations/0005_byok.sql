-- Keys for providers' APIs that callers brought --------------------------------------------------------

create table byok_keys (
    key_id uuid primary key,
    organization_id text not null references organizations,
    -- Null: the organization's own, for all of it.
    user_id text,
    provider text not null,
    -- AES-256-GCM: nonce, ciphertext and tag; encryption_key_id names the key of the ring.
    api_key_encrypted bytea not null,
    encryption_key_id text not null,
    last4 text not null,
    -- Null: the provider's own address.
    api_base text,
    api_version text,
    metadata jsonb not null default '{}',
    fall_back_to_platform boolean not null default false,
    created_at timestamptz not null default now(),
    -- Null: stored unchecked.
    validated_at timestamptz,
    -- To the minute; null: never.
    last_used_at timestamptz
);
-- A key that is added again for the same owner and provider takes the place of the old one. Serves the look-up by organization as well.
create unique index byok_keys_one_a_provider
    on byok_keys (organization_id, coalesce(user_id, ''), provider);
