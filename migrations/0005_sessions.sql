-- Refresh-token rotation, recent authentication, and password resets.

-- A rotation's successor may be asked for again for ten seconds: parallel tabs, a retry.
alter table sessions add column rotated_at timestamptz;
-- When the user last proved who they are in this session.
alter table sessions add column authenticated_at timestamptz;
update sessions set authenticated_at = created_at;
alter table sessions alter column authenticated_at set not null;

create table password_reset_tokens (
    id uuid not null,
    user_id uuid not null,
    -- Which server key the mail derives the token with; the token itself is nowhere.
    key_id text not null,
    token_hash bytea not null,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    constraint password_reset_tokens_pkey primary key (id),
    constraint password_reset_tokens_token_hash_key unique (token_hash),
    constraint password_reset_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- A reset drops the user's other links.
create index password_reset_tokens_user_id_idx on password_reset_tokens (user_id);
