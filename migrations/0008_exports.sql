-- Project exports: the request, its progress, and the objects that become one file.

-- Requested exports. Each export runs in steps, with one event per step.
create table exports (
    -- Ids grow with time: an item with a greater id than the export is not in the export.
    id uuid not null,
    project_id uuid not null,
    requested_by_id uuid not null,
    format text not null,
    -- Only items in this status. Null for all.
    item_status text,
    status text not null default 'processing',
    failure_code text,
    failure_message text,
    -- The next step. An event for an earlier step is a duplicate.
    step integer not null default 0,
    -- The next chunk begins after this item of this kind. Null when all items are written.
    position_kind text default 'document',
    position_id uuid,
    -- The number of written items, and the total number, which the first step counts.
    done bigint not null default 0,
    total bigint,
    -- The number of leases so far. It is part of the name of the object that a step writes, so that two leases never
    -- write the same object.
    attempt integer not null default 0,
    -- The number of leases since the last completed step. It determines the pause before the next lease, and is
    -- limited, so that no step is tried forever.
    attempts_since_progress integer not null default 0,
    -- The end of the lease of the instance that writes the export.
    lease_until timestamptz,
    -- The time at which maintenance considers the export, because its step failed, its worker died, or its event was
    -- lost.
    next_attempt_at timestamptz,
    -- The attempt whose object is the file. Null until the export is ready.
    file_attempt integer,
    generation bigint,
    size_bytes bigint,
    created_at timestamptz not null,
    completed_at timestamptz,
    -- The time after which the purge removes the export and its file.
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

-- Serves a project's list, newest first, by keyset, and the purge of a deleted project's exports.
create index exports_project_id_id_idx on exports (project_id, id desc);
-- Serves the account data export, by keyset.
create index exports_requested_by_id_id_idx on exports (requested_by_id, id);
-- Serves maintenance in finding stuck exports.
create index exports_due_idx on exports (coalesce(next_attempt_at, lease_until)) where status = 'processing';
-- Serves the limit on a user's exports in progress.
create index exports_processing_idx on exports (requested_by_id) where status = 'processing';
-- Serves the purge by keyset, so that an export that cannot be purged yet does not block the others.
create index exports_kept_until_id_idx on exports (kept_until, id);

-- The objects that, in order, make up the file: chunks on level 0, and objects that are composed of them on higher
-- levels.
create table export_parts (
    export_id uuid not null,
    level integer not null,
    number integer not null,
    -- The export's attempt that wrote the object, and part of its name.
    attempt integer not null,
    generation bigint not null,
    size_bytes bigint not null,
    constraint export_parts_pkey primary key (export_id, level, number),
    constraint export_parts_export_id_fkey foreign key (export_id) references exports (id) on delete cascade
);
