-- Projects and who works in them.

create table projects (
    id uuid not null,
    name text not null,
    description text,
    created_by_id uuid not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    constraint projects_pkey primary key (id),
    constraint projects_created_by_id_fkey foreign key (created_by_id) references users (id),
    constraint projects_name_check check (char_length(name) between 1 and 200)
);

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

-- Serves "my projects", newest first, by keyset.
create index project_members_user_id_project_id_idx on project_members (user_id, project_id desc) include (role);
-- Serves "has this project a reviewer?".
create index project_members_reviewers_idx on project_members (project_id) where role = 'reviewer';
