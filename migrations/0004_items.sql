-- Items: the common fields of documents and voice samples, the fields of each kind, and every transition.

-- Documents and voice samples.
create table items (
    id uuid not null,
    project_id uuid not null,
    uploaded_by_id uuid not null,
    kind text not null,
    status text not null default 'draft',
    -- Grows with every transition. A change contains the version that it expects, so it never overwrites an unseen
    -- change.
    version integer not null default 1,
    created_at timestamptz not null,
    deleted_at timestamptz,

    -- The current upload. Its object is `{kind}/{project}/{item}/{upload_no}`: a later upload never overwrites an
    -- earlier upload.
    upload_no integer not null default 1,
    original_filename text not null,
    content_type text not null,
    -- The size that the client declared. The signed URL admits no other size.
    size_bytes bigint not null,
    -- Base64 of the big-endian CRC32C, Cloud Storage's own form, if the client declared it.
    crc32c text,
    -- True if the upload is a resumable session. A renewed URL keeps this setting.
    resumable boolean not null default false,
    -- The object's generation. Null until the bytes have arrived.
    generation bigint,
    md5 text,
    -- True once the first bytes of the file have confirmed its content type. Until then the file is not served.
    type_checked boolean not null default false,
    -- An earlier item of the project with the same bytes.
    duplicate_of uuid,
    submitted_at timestamptz,

    -- The next upload of a failed or rejected item: the columns that change, with their values. It replaces the current
    -- upload when its bytes arrive. Another change of status cancels it.
    next_upload jsonb,
    -- The greatest number of an upload so far. The number of a canceled upload is not used again.
    last_upload_no integer not null default 1,
    -- The time at which the upload URL was last renewed. Null until the first renewal.
    upload_url_renewed_at timestamptz,

    -- The processing. `attempt` numbers every attempt and only grows, because results contain this number.
    attempt integer not null default 0,
    -- Failures since the upload or since a user last reprocessed it. Limited, so that no item is tried forever. A
    -- transient failure counts only if the engine completed another item since the previous failure, so that an outage
    -- fails no item.
    failure_count integer not null default 0,
    -- The time at which the last attempt failed.
    last_failed_at timestamptz,
    -- The end of the lease of the instance that processes the item.
    lease_until timestamptz,
    -- The time at which maintenance considers the item again: a waiting item, or an item whose lease has ended.
    next_attempt_at timestamptz,
    -- True if the input is too large for a synchronous call. The next attempt is then a batch operation.
    needs_batch boolean not null default false,
    -- The engine's name of the batch operation in progress, and the time when it started or was last in the engine's
    -- queue.
    operation text,
    operation_started_at timestamptz,
    -- Progress of a large input. Null if there is no progress to report.
    progress_done bigint,
    progress_total bigint,
    progress_unit text,
    failure_code text,
    failure_message text,

    -- The result.
    -- The attempt whose text is shown.
    text_attempt integer,
    confidence real,
    language text,
    processed_at timestamptz,

    -- The review. The reviewer who has claimed the item, and the end of the claim. No other reviewer gets the item
    -- until then.
    claimed_by_id uuid,
    claimed_until timestamptz,
    -- The reviewer's version of the text.
    corrected_text text,
    reviewed_by_id uuid,
    reviewed_at timestamptz,
    feedback text,

    constraint items_pkey primary key (id),
    constraint items_project_id_fkey foreign key (project_id) references projects (id),
    constraint items_uploaded_by_id_fkey foreign key (uploaded_by_id) references users (id),
    constraint items_kind_check check (kind in ('document', 'voice')),
    constraint items_status_check check (
        status in ('draft', 'processing', 'pending_review', 'approved', 'rejected', 'failed')
    ),
    constraint items_operation_check check ((operation is null) = (operation_started_at is null)),
    constraint items_progress_unit_check check (progress_unit in ('pages', 'percent')),
    constraint items_failure_check check ((status = 'failed') = (failure_code is not null)),
    constraint items_claim_check check ((claimed_by_id is null) = (claimed_until is null))
)
-- Progress and edits change no indexed column. If the page has free space, they do not update the indexes (HOT). Every
-- change of status leaves a dead row. By default, a vacuum runs when a fifth of the table has changed, which is too
-- late.
with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Each index serves a project's list of one kind, newest first, by keyset: all items, items in one status, items of one
-- uploader.
create index items_project_id_kind_id_idx on items (project_id, kind, id desc) where deleted_at is null;
create index items_project_id_kind_status_id_idx on items (project_id, kind, status, id desc) where deleted_at is null;
create index items_project_id_uploaded_by_id_kind_id_idx on items (project_id, uploaded_by_id, kind, id desc)
    where deleted_at is null;
-- Serves the search for an earlier item of the project with the same bytes.
create index items_project_id_md5_idx on items (project_id, md5, size_bytes, id) where md5 is not null and deleted_at is null;
-- Serves the account data export, by keyset.
create index items_uploaded_by_id_id_idx on items (uploaded_by_id, id);
-- Serves the limit on a user's open drafts.
create index items_uploaded_by_id_drafts_idx on items (uploaded_by_id) where status = 'draft' and deleted_at is null;

-- Serves maintenance in finding uploads whose bytes have not arrived, or arrived without an event: the first upload of
-- a draft, or the next upload of a failed or rejected item.
create index items_incomplete_uploads_idx on items (coalesce(next_attempt_at, upload_url_renewed_at, created_at))
    where (status = 'draft' or next_upload is not null) and deleted_at is null;
-- Serves maintenance in finding stuck work. Excludes items that wait for a batch operation, because there can be many.
create index items_due_idx on items (coalesce(next_attempt_at, lease_until))
    where status = 'processing' and deleted_at is null and (not needs_batch or operation is not null);
-- Serves maintenance in admitting items to batch operations, in turn.
create index items_waiting_idx on items (kind, coalesce(next_attempt_at, lease_until))
    where status = 'processing' and deleted_at is null and needs_batch and operation is null;
-- Serves the check whether the engine completed another item after a time.
create index items_kind_processed_at_idx on items (kind, processed_at)
    where status in ('pending_review', 'approved', 'rejected');
-- Serves the count of batch operations in progress.
create index items_operation_idx on items (kind) where operation is not null and status = 'processing' and deleted_at is null;
-- Serves the purge of items by keyset, so that an item that cannot be purged yet does not block the others. The items
-- of a deleted project share one time.
create index items_deleted_at_id_idx on items (deleted_at, id) where deleted_at is not null;
-- Serves the foreign key, and the purge in finding out whether a project is empty.
create index items_project_id_idx on items (project_id);

-- The number and declared size of the uploads that each user began on a day (UTC). A user has one row, which starts
-- again at zero on another day.
create table upload_usage (
    user_id uuid not null,
    day date not null,
    items bigint not null,
    bytes bigint not null,
    constraint upload_usage_pkey primary key (user_id),
    constraint upload_usage_user_id_fkey foreign key (user_id) references users (id) on delete cascade
)
-- The counts change with every upload. Free space on each page lets these updates skip the indexes (HOT).
with (fillfactor = 70);

-- Charges uploads to a user's limits. Returns null, or the limit that they exceed. In that case, the caller rolls back.
-- The row of the user stays locked until the transaction ends, so that concurrent requests are counted one after
-- another.
create function upload_charge(
    uploader uuid, today date, new_drafts bigint, new_items bigint, new_bytes bigint, max_drafts bigint,
    max_items bigint, max_bytes bigint
)
    returns text
    language plpgsql
as $$
declare
    used upload_usage;
begin
    insert into upload_usage as usage (user_id, day, items, bytes)
    values (uploader, today, new_items, new_bytes)
    on conflict on constraint upload_usage_pkey do update
    set day = excluded.day,
        items = excluded.items + case when usage.day = excluded.day then usage.items else 0 end,
        bytes = excluded.bytes + case when usage.day = excluded.day then usage.bytes else 0 end
    returning * into used;
    if used.items > max_items then
        return 'items_per_user_and_day';
    end if;
    if used.bytes > max_bytes then
        return 'bytes_per_user_and_day';
    end if;
    -- The count reads at most as many drafts as the limit admits.
    if new_drafts > 0 and new_drafts + (
        select count(*)
        from (
            select
            from items
            where uploaded_by_id = uploader and status = 'draft' and deleted_at is null
            limit max_drafts
        ) as drafts
    ) > max_drafts then
        return 'open_drafts_per_user';
    end if;
    return null;
end
$$;

-- The fields of documents.
create table documents (
    item_id uuid not null,
    -- A copy of the item's project, for the index.
    project_id uuid not null,
    domain text,
    page_count integer,
    constraint documents_pkey primary key (item_id),
    constraint documents_item_id_fkey foreign key (item_id) references items (id) on delete cascade,
    constraint documents_domain_check check (char_length(domain) <= 64)
);

-- Serves a project's list of the documents of one domain, newest first, by keyset.
create index documents_project_id_domain_item_id_idx on documents (project_id, domain, item_id desc) where domain is not null;

-- The fields of voice samples.
create table voice_samples (
    item_id uuid not null,
    -- The language (BCP 47) requested for this sample. Null for the project's language.
    requested_language text,
    duration_seconds double precision,
    constraint voice_samples_pkey primary key (item_id),
    constraint voice_samples_item_id_fkey foreign key (item_id) references items (id) on delete cascade,
    constraint voice_samples_requested_language_check check (char_length(requested_language) <= 35)
);

-- An item with `kind_fields`, the fields of its kind, and `live_duplicate_of`, which is null if that item has been
-- deleted. Both come from subqueries by primary key, not from joins, so that the planner reads them for the selected
-- items only and a reader can lock the item.
create view item_details as
select items.*,
       (
           select originals.id
           from items as originals
           where originals.id = items.duplicate_of and originals.deleted_at is null
       ) as live_duplicate_of,
       case kind
           when 'document' then (
               select jsonb_build_object('domain', domain, 'page_count', page_count)
               from documents
               where item_id = items.id
           )
           when 'voice' then (
               select jsonb_build_object(
                   'duration_seconds', duration_seconds, 'requested_language', requested_language
               )
               from voice_samples
               where item_id = items.id
           )
       end as kind_fields
from items;

-- Inserts the fields of a new item's kind that its uploader can set.
create function item_insert_kind_fields(item uuid, project uuid, kind text, kind_fields jsonb) returns void
    language plpgsql
as $$
begin
    case kind
        when 'document' then
            insert into documents (item_id, project_id, domain) values (item, project, kind_fields ->> 'domain');
        when 'voice' then
            insert into voice_samples (item_id, requested_language)
            values (item, kind_fields ->> 'requested_language');
    end case;
end
$$;

-- Every change of an item's state, append-only. History, event streams and statistics read it. It outlives items,
-- projects and users, so it has no foreign keys.
create table item_transitions (
    id bigint generated always as identity,
    -- Ids are assigned before their transactions commit. A reader that follows the table therefore orders by
    -- transaction and stops before the oldest open transaction.
    xid bigint not null default transaction_number(),
    item_id uuid not null,
    project_id uuid not null,
    kind text not null,
    -- Null if the item was created.
    from_status text,
    -- `deleted` if the item was deleted. Equal to `from_status` for a change of a document's domain.
    to_status text not null,
    -- The item's version from this transition on.
    version integer not null,
    actor_user_id uuid,
    at timestamptz not null,
    -- Contains no personal text: the rows stay when a person is erased.
    details jsonb not null default '{}',
    constraint item_transitions_pkey primary key (id),
    constraint item_transitions_item_id_version_key unique (item_id, version)
);

-- Serve readers that follow all transitions, or the transitions of one project.
create index item_transitions_xid_id_idx on item_transitions (xid, id);
create index item_transitions_project_id_xid_id_idx on item_transitions (project_id, xid, id);

-- The only function that changes the status of an item, and the only writer of transitions after the first transition.
--
-- Returns the new version, or null when the item is deleted or has another version than the caller expected. `changes`
-- holds the columns that change with the status. This function adds the changes that a status implies:
-- * A new status clears the failure, unless `changes` contains a failure, and cancels the next upload.
-- * `deleted` keeps the status, sets `deleted_at` and adds the document's domain to the details.
-- * A transition to the current status records a change of a document's domain, which only statistics follow.
--
-- No statement that calls it may update the same item itself.
create function item_transition(
    item uuid, expected_version integer, new_status text, actor uuid, happened_at timestamptz, details jsonb,
    changes jsonb
)
    returns integer
    language plpgsql
as $$
declare
    before items;
    after items;
begin
    select * into before
    from items
    where items.id = item and items.version = expected_version and items.deleted_at is null
    for update;
    if not found then
        return null;
    end if;
    changes := case
        when new_status = 'deleted' then
            jsonb_build_object('deleted_at', happened_at, 'lease_until', null, 'next_attempt_at', null)
        when new_status = before.status then '{}'
        else jsonb_build_object(
            'status', new_status, 'failure_code', null, 'failure_message', null, 'next_upload', null
        )
    end || changes || jsonb_build_object('version', expected_version + 1);
    after := jsonb_populate_record(before, changes);
    update items
    set status = after.status,
        version = after.version,
        failure_code = after.failure_code,
        failure_message = after.failure_message,
        upload_no = after.upload_no,
        original_filename = after.original_filename,
        content_type = after.content_type,
        size_bytes = after.size_bytes,
        crc32c = after.crc32c,
        resumable = after.resumable,
        next_upload = after.next_upload,
        generation = after.generation,
        md5 = after.md5,
        type_checked = after.type_checked,
        attempt = after.attempt,
        failure_count = after.failure_count,
        needs_batch = after.needs_batch,
        lease_until = after.lease_until,
        next_attempt_at = after.next_attempt_at,
        operation = after.operation,
        operation_started_at = after.operation_started_at,
        progress_done = after.progress_done,
        progress_total = after.progress_total,
        progress_unit = after.progress_unit,
        text_attempt = after.text_attempt,
        confidence = after.confidence,
        language = after.language,
        duplicate_of = after.duplicate_of,
        submitted_at = after.submitted_at,
        processed_at = after.processed_at,
        reviewed_by_id = after.reviewed_by_id,
        reviewed_at = after.reviewed_at,
        feedback = after.feedback,
        corrected_text = after.corrected_text,
        claimed_by_id = after.claimed_by_id,
        claimed_until = after.claimed_until,
        deleted_at = after.deleted_at
    where items.id = item;
    if new_status = 'deleted' then
        details := details || jsonb_strip_nulls(jsonb_build_object(
            'domain_before', (select domain from documents where item_id = item)
        ));
    end if;
    insert into item_transitions
        (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at, details)
    values (item, before.project_id, before.kind, before.status, new_status, after.version, actor, happened_at, details);
    return after.version;
end
$$;
