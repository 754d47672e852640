-- Projects, their members, and invitations to them.

-- Projects. A deleted project keeps its row until the purge has removed everything in it.
create table projects (
    id uuid not null,
    name text not null,
    description text,
    -- The language (BCP 47) of voice samples without a language of their own.
    language text,
    created_by_id uuid not null,
    -- Grows with every change. The `ETag` is derived from it.
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    constraint projects_pkey primary key (id),
    constraint projects_created_by_id_fkey foreign key (created_by_id) references users (id),
    constraint projects_name_check check (char_length(name) between 1 and 200),
    constraint projects_language_check check (char_length(language) <= 35)
);

-- Serve the super admins' list of all projects, newest first, and the search for a part of a name.
create index projects_live_idx on projects (id desc) where deleted_at is null;
create index projects_name_trgm_idx on projects using gin (name gin_trgm_ops) where deleted_at is null;
-- Serves the limit on a user's projects.
create index projects_created_by_id_idx on projects (created_by_id) where deleted_at is null;
-- Serves the purge.
create index projects_deleted_at_idx on projects (deleted_at) where deleted_at is not null;

-- The users of a project and their roles in it.
create table project_members (
    id uuid not null,
    project_id uuid not null,
    user_id uuid not null,
    role text not null,
    created_at timestamptz not null,
    constraint project_members_pkey primary key (id),
    constraint project_members_project_id_user_id_key unique (project_id, user_id),
    constraint project_members_project_id_fkey foreign key (project_id) references projects (id) on delete cascade,
    constraint project_members_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint project_members_role_check check (role in ('admin', 'contributor', 'reviewer'))
);

-- Serves a user's list of projects, newest first, by keyset.
create index project_members_user_id_project_id_idx on project_members (user_id, project_id desc) include (role);
-- Serves the list of a project's members, by keyset.
create index project_members_project_id_id_idx on project_members (project_id, id);
-- Serves the check whether a project has another admin.
create index project_members_admins_idx on project_members (project_id) where role = 'admin';
-- Serves the check whether a project has a reviewer.
create index project_members_reviewers_idx on project_members (project_id) where role = 'reviewer';

-- Invitations by mail. The invited address may have no account.
create table project_invitations (
    id uuid not null,
    project_id uuid not null,
    -- Trimmed and in lower case, as in `users`.
    email text not null,
    role text not null,
    invited_by_id uuid not null,
    -- The server key from which the mail derives the token. The token itself is stored nowhere.
    key_id text not null,
    token_hash bytea not null,
    expires_at timestamptz not null,
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

-- True for a user who may invite to a project: an active admin of the project, or an active super admin.
create function may_invite(inviter uuid, project uuid) returns boolean
    language sql stable
    return exists (
        select
        from users
        left join project_members on project_members.user_id = users.id and project_members.project_id = project
        where users.id = inviter
          and users.deleted_at is null
          and users.suspended_at is null
          and (users.global_role = 'super_admin' or project_members.role = 'admin')
    );

-- One open invitation per project and address. Resending extends it.
create unique index project_invitations_open_key on project_invitations (project_id, email)
    where accepted_at is null and revoked_at is null;
-- Serves the list of a project's invitations, newest first, by keyset.
create index project_invitations_project_id_id_idx on project_invitations (project_id, id desc);
-- Serves erasing a user, and the account data export, by keyset.
create index project_invitations_email_id_idx on project_invitations (email, id);
-- Serves the limit on a sender's open invitations, and the revocation of the invitations of a user who may no longer
-- invite.
create index project_invitations_invited_by_id_open_idx on project_invitations (invited_by_id, expires_at)
    where accepted_at is null and revoked_at is null;
-- Serves registration that is open to invited addresses only.
create index project_invitations_email_open_idx on project_invitations (email, expires_at)
    where accepted_at is null and revoked_at is null;
-- Serves the purge.
create index project_invitations_ended_idx
    on project_invitations (least(accepted_at, revoked_at, expires_at));

-- Returns a row for each project that would be left without an active admin if a user stopped being an admin, and a row
-- without a project if the platform would lose its last super admin.
--
-- Every change that removes an admin calls it first, in its transaction: a change of a member (in one `project`), a
-- change of the global role (`check_platform`), a suspension or deletion of the account (both, in all projects). It
-- locks the projects and the super admins that it counts, so that the result stays valid until the transaction ends.
create function projects_without_admin_after_removal(
    admin uuid, check_projects boolean, project uuid, check_platform boolean
)
    returns table (project_id uuid, name text)
    language plpgsql
as $$
begin
    if check_projects then
        perform
        from projects
        where projects.id in (
            select members.project_id
            from project_members as members
            where members.user_id = admin
              and members.role = 'admin'
              and (project is null or members.project_id = project)
        )
        order by projects.id
        for no key update;
    end if;
    if check_platform then
        perform
        from users
        where (users.global_role = 'super_admin' or users.id = admin) and users.deleted_at is null
        order by users.id
        for no key update;
    end if;
    -- These statements see the changes that were committed while the locks were awaited.
    if check_platform and exists (
        select
        from users
        where users.id = admin and users.global_role = 'super_admin' and users.suspended_at is null
          and users.email_verified_at is not null and users.deleted_at is null
    ) and not exists (
        select
        from users
        where users.id <> admin and users.global_role = 'super_admin' and users.suspended_at is null
          and users.email_verified_at is not null and users.deleted_at is null
    ) then
        return next;
    end if;
    if check_projects then
        return query
            select projects.id, projects.name
            from project_members as members
            join projects on projects.id = members.project_id
            where members.user_id = admin
              and members.role = 'admin'
              and (project is null or members.project_id = project)
              and projects.deleted_at is null
              and not exists (
                  select
                  from project_members as others
                  join users on users.id = others.user_id
                  where others.project_id = projects.id
                    and others.user_id <> admin
                    and others.role = 'admin'
                    and users.deleted_at is null
                    and users.suspended_at is null
              )
            order by projects.id
            limit 200;
    end if;
end
$$;
