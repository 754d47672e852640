-- Items of every kind alike: one table of texts, one function that changes an item's status, one view of an item with
-- the fields of its kind.

-- The text of an item in the order in which it is read: the pages of a document, the segments of a voice sample.
create table item_parts (
    item_id uuid not null,
    -- Parts belong to the attempt that read them: shards of an abandoned attempt never mix with those of another.
    attempt integer not null,
    -- From 1.
    number integer not null,
    text text not null,
    -- From 0 to 1; null when the engine gives none.
    confidence real,
    -- BCP 47.
    language text,
    -- Blocks with their boxes in fractions of the page: `[{"text", "confidence", "box": [x, y, width, height]}]`.
    layout jsonb,
    -- `[{"word", "start", "end", "confidence"}]`, with seconds from the beginning.
    words jsonb,
    constraint item_parts_pkey primary key (item_id, attempt, number),
    constraint item_parts_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
insert into item_parts (item_id, attempt, number, text, confidence, language, layout)
select item_id, attempt, page_number, text, confidence, language, layout from document_pages;
insert into item_parts (item_id, attempt, number, text, confidence, language, words)
select item_id, attempt, segment_number, text, confidence, language, words from voice_segments;
drop table document_pages, voice_segments;

-- An item with the fields of its kind, each found by the primary key of the kind's table. The fields are subqueries
-- and no joins, so that the planner reads them for the selected items only and a reader can lock the item.
create view item_details as
select items.*,
       case kind when 'document' then (select domain from documents where item_id = items.id) end as domain,
       case kind when 'document' then (select page_count from documents where item_id = items.id) end as page_count,
       case kind when 'voice' then (select duration_seconds from voice_samples where item_id = items.id) end
           as duration_seconds,
       case kind when 'voice' then (select requested_language from voice_samples where item_id = items.id) end
           as requested_language
from items;

-- The items that await a decision. `certainty` orders them: an item without a confidence comes first.
create view review_queue as
select id, project_id, kind, uploaded_by_id, coalesce(confidence, 0) as certainty, claimed_by_id, claimed_until
from items
where status = 'pending_review' and deleted_at is null;

-- The only way in which an item changes its status, and the only writer of transitions after the first one.
--
-- Returns the new version, or null when the item is deleted or has another version than the caller expected.
-- `changes` holds the columns that change with the status; what a status implies is added here:
-- * A new status clears the failure, unless `changes` gives one.
-- * `deleted` keeps the status, sets `deleted_at` and adds the document's domain to the details.
-- * The present status again is a change of another kind, of a document's domain, which only statistics follow.
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
        else jsonb_build_object('status', new_status, 'failure_code', null, 'failure_message', null)
    end || changes || jsonb_build_object('version', expected_version + 1);
    after := jsonb_populate_record(before, changes);
    update items
    set status = after.status,
        version = after.version,
        failure_code = after.failure_code,
        failure_message = after.failure_message,
        generation = after.generation,
        md5 = after.md5,
        attempt = after.attempt,
        tries = after.tries,
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
