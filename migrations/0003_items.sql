-- Items: what documents and voice samples share; then what is theirs; then every change of state.

create table items (
    id uuid not null,
    project_id uuid not null,
    uploaded_by_id uuid not null,
    kind text not null,
    original_filename text not null,
    content_type text not null,
    -- As declared; the signed URL admits no other size.
    size_bytes bigint not null,
    -- Base64 of the big-endian CRC32C, when the client gave it (Cloud Storage's own form).
    crc32c text,
    status text not null default 'draft',
    failure_code text,
    failure_message text,
    -- Objects are `{kind}/{project}/{item}/{upload_no}`: a later upload never overwrites an earlier one.
    upload_no integer not null default 1,
    -- The generation that was finalised; null until bytes arrived.
    generation bigint,
    md5 text,
    -- Claims made to process this upload; bounded, so that nothing is tried for ever.
    attempt integer not null default 0,
    -- While set and in the future, one instance works on the item.
    lease_until timestamptz,
    -- When maintenance looks at a waiting item again.
    next_attempt_at timestamptz,
    -- How far a large input is; null when there is nothing to tell.
    progress_done bigint,
    progress_total bigint,
    progress_unit text,
    confidence real,
    language text,
    duplicate_of uuid,
    submitted_at timestamptz,
    processed_at timestamptz,
    reviewed_by_id uuid,
    reviewed_at timestamptz,
    feedback text,
    -- Grows with every transition: nobody changes what somebody else has changed meanwhile.
    version integer not null default 1,
    created_at timestamptz not null,
    deleted_at timestamptz,
    constraint items_pkey primary key (id),
    constraint items_project_id_fkey foreign key (project_id) references projects (id),
    constraint items_uploaded_by_id_fkey foreign key (uploaded_by_id) references users (id),
    constraint items_kind_check check (kind in ('document', 'voice')),
    constraint items_status_check check (
        status in ('draft', 'processing', 'pending_review', 'approved', 'rejected', 'failed')
    ),
    constraint items_progress_unit_check check (progress_unit in ('pages', 'seconds')),
    constraint items_failure_check check ((status = 'failed') = (failure_code is not null))
);

-- Serves the list of a project, newest first, by keyset; the second one when it is filtered by status.
create index items_project_id_kind_id_idx on items (project_id, kind, id desc) where deleted_at is null;
create index items_project_id_kind_status_id_idx on items (project_id, kind, status, id desc) where deleted_at is null;
-- Serves the search for an earlier item of the project with the same bytes.
create index items_project_id_md5_idx on items (project_id, md5, size_bytes, id) where md5 is not null and deleted_at is null;
-- Serves the search for work that stuck: only items under way are in it.
create index items_processing_idx on items (coalesce(next_attempt_at, lease_until))
    where status = 'processing' and deleted_at is null;

create table documents (
    item_id uuid not null,
    domain text,
    page_count integer,
    constraint documents_pkey primary key (item_id),
    constraint documents_item_id_fkey foreign key (item_id) references items (id) on delete cascade,
    constraint documents_domain_check check (char_length(domain) <= 64)
);

create table document_pages (
    item_id uuid not null,
    page_number integer not null,
    text text not null,
    confidence real not null,
    language text,
    -- Blocks with their boxes in fractions of the page: `[{"text", "confidence", "box": [x, y, width, height]}]`.
    layout jsonb not null,
    constraint document_pages_pkey primary key (item_id, page_number),
    constraint document_pages_item_id_fkey foreign key (item_id) references documents (item_id) on delete cascade
);

-- Append-only: history, live events and statistics read it. It outlives the items, so it references none.
create table item_transitions (
    id bigint generated always as identity,
    -- Ids are given before they are committed: a reader that follows the table orders by transaction
    -- and stops before the oldest one still open.
    xid xid8 not null default pg_current_xact_id(),
    item_id uuid not null,
    project_id uuid not null,
    kind text not null,
    from_status text,
    to_status text not null,
    version integer not null,
    actor_user_id uuid,
    at timestamptz not null,
    details jsonb not null default '{}',
    constraint item_transitions_pkey primary key (id),
    constraint item_transitions_item_id_version_key unique (item_id, version)
);

-- Serves readers that follow all transitions, or those of one project, in the order of their transactions.
create index item_transitions_xid_id_idx on item_transitions (xid, id);
create index item_transitions_project_id_xid_id_idx on item_transitions (project_id, xid, id);
