-- The review queue: claims, and what reviewers made of the text.

alter table items
    -- Who looks at it, until when: nobody else is handed it meanwhile.
    add column claimed_by_id uuid,
    add column claimed_until timestamptz,
    add constraint items_claim_check check ((claimed_by_id is null) = (claimed_until is null));

-- Serve the queue of a project, the oldest first or the least confident first, of all kinds or of one (the oldest of
-- one kind: the index by status).
create index items_queue_idx on items (project_id, id) where status = 'pending_review' and deleted_at is null;
create index items_queue_confidence_idx on items (project_id, coalesce(confidence, 0), id)
    where status = 'pending_review' and deleted_at is null;
create index items_queue_kind_idx on items (project_id, kind, id) where status = 'pending_review' and deleted_at is null;
create index items_queue_kind_confidence_idx on items (project_id, kind, coalesce(confidence, 0), id)
    where status = 'pending_review' and deleted_at is null;
-- Serves one's live claims.
create index items_claimed_by_id_idx on items (claimed_by_id, claimed_until) where claimed_by_id is not null;

-- The text before and after a decision that changed it; the decision is the transition of that version.
create table item_corrections (
    item_id uuid not null,
    version integer not null,
    text_before text,
    text_after text not null,
    constraint item_corrections_pkey primary key (item_id, version),
    constraint item_corrections_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
