-- Passkeys, the ceremonies that make and use them, and what the purge needs.

create table passkeys (
    id uuid not null,
    user_id uuid not null,
    -- As the authenticator names it: what an assertion is found by.
    credential_id bytea not null,
    -- The public key, its counter and its flags, as webauthn-rs keeps them.
    credential jsonb not null,
    name text not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    constraint passkeys_pkey primary key (id),
    constraint passkeys_credential_id_key unique (credential_id),
    constraint passkeys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves a user's list, newest first, by keyset.
create index passkeys_user_id_id_idx on passkeys (user_id, id desc);

-- Any instance may finish what another began; the row is deleted when it is used.
create table passkey_ceremonies (
    id uuid not null,
    -- Who registers a passkey; null while somebody signs in, since no address is asked.
    user_id uuid,
    state jsonb not null,
    expires_at timestamptz not null,
    constraint passkey_ceremonies_pkey primary key (id),
    constraint passkey_ceremonies_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create index passkey_ceremonies_user_id_idx on passkey_ceremonies (user_id) where user_id is not null;

-- The row of a deleted account stays for what refers to it; from here on nothing in it is personal.
alter table users add column erased_at timestamptz;

-- Each serves a part of the purge, oldest first: only rows that wait for it are read.
create index users_deleted_at_idx on users (deleted_at) where deleted_at is not null and erased_at is null;
create index users_unverified_created_at_idx on users (created_at) where email_verified_at is null and deleted_at is null;
create index sessions_ended_at_idx on sessions (coalesce(revoked_at, expires_at));
create index email_verification_tokens_expires_at_idx on email_verification_tokens (expires_at);
create index password_reset_tokens_expires_at_idx on password_reset_tokens (expires_at);
create index passkey_ceremonies_expires_at_idx on passkey_ceremonies (expires_at);
create index mail_deliveries_sent_at_idx on mail_deliveries (sent_at);
