-- Invitations to projects, what repeated requests are known by, and searches by name.

create table project_invitations (
    id uuid not null,
    project_id uuid not null,
    -- Trimmed and in lower case, as in `users`: whether there is an account does not matter.
    email text not null,
    role text not null,
    invited_by_id uuid not null,
    -- Which server key the mail derives the token with; the token itself is nowhere.
    key_id text not null,
    token_hash bytea not null,
    expires_at timestamptz not null,
    -- When its mails were asked for, within the last hour: a project may send only so many.
    mailed_at timestamptz[] not null,
    created_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by_id uuid,
    revoked_at timestamptz,
    constraint project_invitations_pkey primary key (id),
    constraint project_invitations_token_hash_key unique (token_hash),
    constraint project_invitations_project_id_fkey foreign key (project_id) references projects (id) on delete cascade,
    constraint project_invitations_invited_by_id_fkey foreign key (invited_by_id) references users (id),
    constraint project_invitations_accepted_by_id_fkey foreign key (accepted_by_id) references users (id),
    constraint project_invitations_role_check check (role in ('admin', 'contributor', 'reviewer'))
);

-- One open invitation for an address; a resend extends it.
create unique index project_invitations_open_key on project_invitations (project_id, email)
    where accepted_at is null and revoked_at is null;
-- Serves the list of a project, newest first, by keyset.
create index project_invitations_project_id_id_idx on project_invitations (project_id, id desc);
-- Serves the purge.
create index project_invitations_ended_idx
    on project_invitations (least(accepted_at, revoked_at, expires_at));
-- Serves the bound on mails: the newest times, however many invitations there are.
create index project_invitations_mailed_idx on project_invitations (project_id, (mailed_at[array_upper(mailed_at, 1)]));

-- Serves the list of members by keyset.
create index project_members_project_id_id_idx on project_members (project_id, id);
-- Serves "who else administers this project?".
create index project_members_admins_idx on project_members (project_id) where role = 'admin';
-- Serve the list of all projects, newest first, and the search for a part of a name.
create extension if not exists pg_trgm;
create index projects_live_idx on projects (id desc) where deleted_at is null;
create index projects_name_trgm_idx on projects using gin (name gin_trgm_ops) where deleted_at is null;

-- A POST that creates, by what makes a repeat of it the same: kept for a day, written in the change's transaction.
create table idempotency_keys (
    user_id uuid not null,
    -- Method and pattern: `POST /projects/{project_id}/invite`.
    route text not null,
    key text not null,
    -- SHA-256 of the path and the body: another one under the same key is a mistake of the client's.
    request_hash bytea not null,
    -- What was created; the answer is rendered anew, for whoever may see it then.
    resource_id uuid not null,
    created_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (user_id, route, key),
    constraint idempotency_keys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create index idempotency_keys_created_at_idx on idempotency_keys (created_at);
