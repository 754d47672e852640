-- Exports: what was asked for, how far it is, and the parts that become one object.

create table exports (
    -- Made when it was asked for, and later ids sort after earlier ones: items with a later id are not in it.
    id uuid not null,
    project_id uuid not null,
    requested_by_id uuid not null,
    format text not null,
    -- Only items in this state; null for all.
    item_status text,
    status text not null default 'processing',
    failure_code text,
    failure_message text,
    -- The step that comes next, which one message asks for: a duplicate of an earlier one finds it taken.
    step integer not null default 0,
    -- Where the next chunk begins: after this item of this kind. No kind: all are written.
    position_kind text default 'document',
    position_id uuid,
    -- Items written, and how many there will be; counted by the first step.
    done bigint not null default 0,
    total bigint,
    -- Claims made to do a step; it names the object that the step writes, so that no two ever write the same.
    attempt integer not null default 0,
    -- Claims since the last step that was done; bounded, so that nothing is tried for ever.
    tries integer not null default 0,
    -- While set and in the future, one instance works on it.
    lease_until timestamptz,
    -- When maintenance looks at it, should its message have been lost.
    next_attempt_at timestamptz,
    -- The file, once it is ready: the object of this attempt.
    file_attempt integer,
    generation bigint,
    size_bytes bigint,
    created_at timestamptz not null,
    completed_at timestamptz,
    -- After that it is gone, file and all.
    kept_until timestamptz not null,
    constraint exports_pkey primary key (id),
    constraint exports_project_id_fkey foreign key (project_id) references projects (id),
    constraint exports_requested_by_id_fkey foreign key (requested_by_id) references users (id),
    constraint exports_format_check check (format in ('ndjson', 'csv')),
    constraint exports_status_check check (status in ('processing', 'ready', 'failed')),
    constraint exports_position_kind_check check (position_kind in ('document', 'voice')),
    constraint exports_failure_check check ((status = 'failed') = (failure_code is not null)),
    constraint exports_file_check check ((status = 'ready') = (generation is not null))
);

-- Serves the list of a project, newest first, by keyset, and the purge of a deleted project's.
create index exports_project_id_id_idx on exports (project_id, id desc);
-- Serves the search for what stuck, and the count of those under way.
create index exports_due_idx on exports (coalesce(next_attempt_at, lease_until)) where status = 'processing';
create index exports_processing_idx on exports (project_id) where status = 'processing';
-- Serves the purge, by keyset: what cannot be purged yet holds nobody up.
create index exports_kept_until_id_idx on exports (kept_until, id);

-- The objects that lie in order and will be one: chunks at level 0, what was composed of them above.
create table export_parts (
    export_id uuid not null,
    level integer not null,
    number integer not null,
    -- The claim that wrote it: the object's name.
    attempt integer not null,
    generation bigint not null,
    size_bytes bigint not null,
    constraint export_parts_pkey primary key (export_id, level, number),
    constraint export_parts_export_id_fkey foreign key (export_id) references exports (id) on delete cascade
);
