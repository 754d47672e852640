-- Large inputs, voice, search and live events.

alter table items
    -- Whether the upload is a resumable session: a renewed URL is of the same kind.
    add column resumable boolean not null default false,
    -- Claims since the upload or the last restart by a person; `attempt` only ever grows, since results name it.
    add column tries integer not null default 0,
    -- Too large for a synchronous call: the next attempt is a batch operation.
    add column needs_batch boolean not null default false,
    -- The batch operation under way, and since when.
    add column operation text,
    add column operation_started_at timestamptz,
    -- The attempt whose text is shown.
    add column text_attempt integer,
    -- What a reviewer made of the machine's text.
    add column corrected_text text,
    add constraint items_operation_check check ((operation is null) = (operation_started_at is null));

-- Serves the count of operations under way.
create index items_operation_idx on items (kind) where operation is not null and status = 'processing' and deleted_at is null;
-- Serves the search for drafts whose bytes arrived without an event, and for those that never will.
create index items_draft_idx on items (coalesce(next_attempt_at, created_at))
    where status = 'draft' and deleted_at is null;
-- Serves the purge of deleted items.
create index items_deleted_at_idx on items (deleted_at) where deleted_at is not null;
-- Serves the list of one's own items.
create index items_project_id_uploaded_by_id_kind_id_idx on items (project_id, uploaded_by_id, kind, id desc)
    where deleted_at is null;

alter table projects
    -- The language of its voice samples unless they say otherwise (BCP 47).
    add column language text,
    add constraint projects_language_check check (char_length(language) <= 35);

-- The list of a project by domain, newest first.
alter table documents add column project_id uuid;
update documents set project_id = items.project_id from items where items.id = documents.item_id;
alter table documents alter column project_id set not null;
create index documents_project_id_domain_item_id_idx on documents (project_id, domain, item_id desc) where domain is not null;

-- Results belong to the attempt that read them: shards of one that was given up never mix with another's.
alter table document_pages
    add column attempt integer not null default 1,
    drop constraint document_pages_pkey,
    add constraint document_pages_pkey primary key (item_id, attempt, page_number);
alter table document_pages alter column attempt drop default;
update document_pages set attempt = items.attempt from items where items.id = document_pages.item_id;
update items set text_attempt = attempt
where exists (select from document_pages where document_pages.item_id = items.id);

create table voice_samples (
    item_id uuid not null,
    -- As asked for with the sample; null for the project's.
    requested_language text,
    duration_seconds double precision,
    constraint voice_samples_pkey primary key (item_id),
    constraint voice_samples_item_id_fkey foreign key (item_id) references items (id) on delete cascade,
    constraint voice_samples_requested_language_check check (char_length(requested_language) <= 35)
);

-- What was said between two pauses.
create table voice_segments (
    item_id uuid not null,
    attempt integer not null,
    segment_number integer not null,
    text text not null,
    confidence real,
    language text,
    -- `[{"word", "start", "end", "confidence"}]`, with seconds from the beginning.
    words jsonb not null,
    constraint voice_segments_pkey primary key (item_id, attempt, segment_number),
    constraint voice_segments_item_id_fkey foreign key (item_id) references voice_samples (item_id) on delete cascade
);

-- Which shards of a batch operation's output are stored: any order, each once.
create table result_shards (
    item_id uuid not null,
    attempt integer not null,
    shard_index integer not null,
    shard_count integer not null,
    constraint result_shards_pkey primary key (item_id, attempt, shard_index),
    constraint result_shards_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);

-- What the search looks through: part 0 is the file's name, the others are pages or segments. A whole book does
-- not fit in one tsvector.
create extension if not exists btree_gin;
create table item_search (
    item_id uuid not null,
    part integer not null,
    project_id uuid not null,
    kind text not null,
    words tsvector not null,
    constraint item_search_pkey primary key (item_id, part),
    constraint item_search_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
-- Serves rare words; the second one frequent words, newest items first. What waits to be merged into the first is
-- read by every search: little of it.
create index item_search_words_idx on item_search using gin (project_id, words) with (gin_pending_list_limit = 128);
create index item_search_project_id_kind_item_id_idx on item_search (project_id, kind, item_id desc);

-- The words of a text; of one that is longer than a tsvector may be, those of its beginning.
create function search_words(text text) returns tsvector
    language sql immutable parallel safe
    -- What stands between angle brackets would be taken for a tag, and not be found.
    return to_tsvector('simple', translate(left(text, 200000), '<>', '  '));

insert into item_search (item_id, part, project_id, kind, words)
select id, 0, project_id, kind, search_words(original_filename) from items
union all
select item_id, page_number, items.project_id, items.kind, search_words(text)
from document_pages join items on items.id = document_pages.item_id;

-- Tickets for event streams of browsers, which send no headers: hashes only.
create table event_tickets (
    token_hash bytea not null,
    session_id uuid not null,
    user_id uuid not null,
    project_id uuid not null,
    expires_at timestamptz not null,
    constraint event_tickets_pkey primary key (token_hash),
    constraint event_tickets_session_id_fkey foreign key (session_id) references sessions (id) on delete cascade
);
create index event_tickets_expires_at_idx on event_tickets (expires_at);

-- Why a delivery failed last, by what it held: a dead letter's cause.
create table delivery_errors (
    subscription text not null,
    -- SHA-256 over attributes and data, which stay the same when a message becomes a dead letter.
    message_hash bytea not null,
    cause text not null,
    failed_at timestamptz not null,
    constraint delivery_errors_pkey primary key (subscription, message_hash)
);
create index delivery_errors_failed_at_idx on delivery_errors (failed_at);
alter table dead_letters add column cause text;

-- How far a task that walks through much has come.
create table task_positions (
    task text not null,
    position text,
    updated_at timestamptz not null,
    constraint task_positions_pkey primary key (task)
);

alter table items drop constraint items_progress_unit_check;
alter table items add constraint items_progress_unit_check check (progress_unit in ('pages', 'percent'));
