-- Users, the links that verify them, and their sessions.

create table users (
    id uuid not null,
    -- Trimmed and in lower case: an address is the same however it is typed.
    email text not null,
    display_name text,
    -- Argon2id in PHC form. Before verification: the newest registration's, which opens nothing but the account itself.
    password_hash text,
    -- The registration whose password counts; sessions remember which one opened them.
    password_id uuid,
    global_role text not null default 'user',
    email_verified_at timestamptz,
    suspended_at timestamptz,
    created_at timestamptz not null,
    deleted_at timestamptz,
    constraint users_pkey primary key (id),
    constraint users_global_role_check check (global_role in ('user', 'super_admin'))
);

-- One living account for an address; a deleted one frees it.
create unique index users_email_key on users (email) where deleted_at is null;

create table email_verification_tokens (
    id uuid not null,
    user_id uuid not null,
    -- What the opened link makes of the account: its registration's own password and name.
    password_hash text not null,
    display_name text,
    -- Which server key the mail derives the token with; the token itself is nowhere.
    key_id text not null,
    token_hash bytea not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null,
    constraint email_verification_tokens_pkey primary key (id),
    constraint email_verification_tokens_token_hash_key unique (token_hash),
    constraint email_verification_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Resend takes the newest of a user; verification drops the others.
create index email_verification_tokens_user_id_idx on email_verification_tokens (user_id, created_at desc);

create table sessions (
    id uuid not null,
    user_id uuid not null,
    -- The password it was opened with: sessions of another registration end when a link is opened.
    password_id uuid,
    -- Counts rotations; the refresh token is derived from id and counter, so no hash needs keeping.
    refresh_counter integer not null default 0,
    ip_address text,
    user_agent text,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint sessions_pkey primary key (id),
    constraint sessions_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create index sessions_user_id_idx on sessions (user_id, created_at desc) where revoked_at is null;
