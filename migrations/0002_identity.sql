-- Identity: users, their sessions, and the credentials that prove who a user is.

-- Accounts. A deleted account keeps its row for the rows that refer to it.
create table users (
    id uuid not null,
    -- Trimmed and in lower case, so that spelling variants are the same address.
    email text not null,
    display_name text,
    -- Argon2id in PHC format. Before verification, it is the hash of the newest registration, whose password gives
    -- access to the account only.
    password_hash text,
    -- The registration or reset that set the password. Sessions keep a copy.
    password_id uuid,
    global_role text not null default 'user',
    email_verified_at timestamptz,
    suspended_at timestamptz,
    -- Grows with every change that the user can see. The `ETag` is derived from it.
    version integer not null default 1,
    created_at timestamptz not null,
    deleted_at timestamptz,
    -- The time at which the purge removed all personal data from the row.
    erased_at timestamptz,
    constraint users_pkey primary key (id),
    constraint users_global_role_check check (global_role in ('user', 'super_admin'))
);

-- One live account per address. Deleting the account frees the address.
create unique index users_email_key on users (email) where deleted_at is null;
-- Each index serves the super admins' list of users, newest first, without a filter or with one filter.
create index users_live_idx on users (id desc) where deleted_at is null;
create index users_super_admins_idx on users (id desc) where global_role = 'super_admin' and deleted_at is null;
create index users_suspended_idx on users (id desc) where suspended_at is not null and deleted_at is null;
create index users_unverified_idx on users (id desc) where email_verified_at is null and deleted_at is null;
-- Serve the same list for a search by a part of an address or of a name.
create index users_email_trgm_idx on users using gin (email gin_trgm_ops) where deleted_at is null;
create index users_display_name_trgm_idx on users using gin (display_name gin_trgm_ops) where deleted_at is null;
-- Serve the purge, oldest first, of deleted accounts and of accounts that were never verified.
create index users_deleted_at_idx on users (deleted_at) where deleted_at is not null and erased_at is null;
create index users_unverified_created_at_idx on users (created_at) where email_verified_at is null and deleted_at is null;

-- Links that verify an address. Each registration creates one.
create table email_verification_tokens (
    id uuid not null,
    user_id uuid not null,
    -- Password and name of this registration. Opening the link assigns them to the account.
    password_hash text not null,
    display_name text,
    -- The server key from which the mail derives the token. The token itself is stored nowhere.
    key_id text not null,
    token_hash bytea not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null,
    constraint email_verification_tokens_pkey primary key (id),
    constraint email_verification_tokens_token_hash_key unique (token_hash),
    constraint email_verification_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves resending, which takes a user's newest link, and verification, which deletes the user's other links.
create index email_verification_tokens_user_id_idx on email_verification_tokens (user_id, created_at desc);
-- Serves the purge.
create index email_verification_tokens_expires_at_idx on email_verification_tokens (expires_at);

-- Links that reset a password.
create table password_reset_tokens (
    id uuid not null,
    user_id uuid not null,
    -- The server key from which the mail derives the token. The token itself is stored nowhere.
    key_id text not null,
    token_hash bytea not null,
    -- The role that opening the link assigns to the account. Only the migration job sets it, for a first super admin.
    global_role text,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    constraint password_reset_tokens_pkey primary key (id),
    constraint password_reset_tokens_global_role_check check (global_role = 'super_admin'),
    constraint password_reset_tokens_token_hash_key unique (token_hash),
    constraint password_reset_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves a reset, which deletes the user's other links, and the extension of the newest link.
create index password_reset_tokens_user_id_idx on password_reset_tokens (user_id, created_at desc);
-- Serves the purge.
create index password_reset_tokens_expires_at_idx on password_reset_tokens (expires_at);

-- Signed-in browsers and programs.
create table sessions (
    id uuid not null,
    user_id uuid not null,
    -- The account's `password_id` at sign-in. Verification ends the sessions of other registrations.
    password_id uuid,
    -- Counts rotations. The refresh token is derived from id and counter, so no hash is stored.
    refresh_counter integer not null default 0,
    -- The refresh token before this rotation still works for ten seconds, for parallel tabs and retries.
    rotated_at timestamptz,
    -- The time at which the user last proved their identity in this session.
    authenticated_at timestamptz not null,
    ip_address text,
    user_agent text,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint sessions_pkey primary key (id),
    constraint sessions_user_id_fkey foreign key (user_id) references users (id) on delete cascade
)
-- A refresh changes no indexed column. If the page has free space, the indexes are not updated (HOT).
with (fillfactor = 80);

-- Serves a user's list of live sessions, newest first, and ending them.
create index sessions_user_id_live_idx on sessions (user_id, id desc) where revoked_at is null;
-- Serves the account data export, by keyset.
create index sessions_user_id_id_idx on sessions (user_id, id);
-- Serves the rate limits, which query whether an account was ever signed in from an address, including ended sessions.
create index sessions_user_id_ip_address_idx on sessions (user_id, ip_address);
-- Serves the purge.
create index sessions_ended_at_idx on sessions (coalesce(revoked_at, expires_at));

-- The sessions that authenticate their users, with the users. A session also ends at `expires_at`, which each reader of
-- the view compares with the time of the request.
create view live_sessions as
select sessions.id, sessions.user_id, sessions.authenticated_at, sessions.expires_at, users.email, users.display_name,
       users.global_role, users.email_verified_at is not null as is_verified, users.version, users.created_at
from sessions
join users on users.id = sessions.user_id
where sessions.revoked_at is null and users.deleted_at is null and users.suspended_at is null;

-- Finds the live session that an access token names. The planner inlines it.
create function live_session(session uuid, of_user uuid, at timestamptz) returns setof live_sessions
    language sql
    stable
as $$
    select *
    from live_sessions
    where id = session
      -- With `=`, the planner may read all sessions of the user.
      and user_id is not distinct from of_user
      and expires_at > at
$$;

-- Passkeys (WebAuthn credentials).
create table passkeys (
    id uuid not null,
    user_id uuid not null,
    -- The authenticator's id of the credential. An assertion names it.
    credential_id bytea not null,
    -- Public key, counter and flags, as webauthn-rs serializes them.
    credential jsonb not null,
    name text not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    -- Set by a password reset or change, because someone other than the owner may have added the passkey. The passkey
    -- cannot be used until the owner confirms it.
    suspended_at timestamptz,
    constraint passkeys_pkey primary key (id),
    constraint passkeys_credential_id_key unique (credential_id),
    constraint passkeys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves a user's list, newest first, by keyset.
create index passkeys_user_id_id_idx on passkeys (user_id, id desc);

-- Passkey registrations and sign-ins in progress, so that any instance can finish them. Finishing deletes the row.
create table passkey_ceremonies (
    id uuid not null,
    -- The user who registers a passkey. Null for a sign-in, whose user is not known yet.
    user_id uuid,
    state jsonb not null,
    expires_at timestamptz not null,
    constraint passkey_ceremonies_pkey primary key (id),
    constraint passkey_ceremonies_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves the foreign key.
create index passkey_ceremonies_user_id_idx on passkey_ceremonies (user_id) where user_id is not null;
-- Serves the purge.
create index passkey_ceremonies_expires_at_idx on passkey_ceremonies (expires_at);

-- Tickets for event streams: a browser's `EventSource` cannot send an `Authorization` header, so the URL has a ticket.
create table event_tickets (
    token_hash bytea not null,
    session_id uuid not null,
    user_id uuid not null,
    project_id uuid not null,
    expires_at timestamptz not null,
    constraint event_tickets_pkey primary key (token_hash),
    constraint event_tickets_session_id_fkey foreign key (session_id) references sessions (id) on delete cascade
);

-- Serves the purge.
create index event_tickets_expires_at_idx on event_tickets (expires_at);
