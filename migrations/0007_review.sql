-- Review: the queue of a project, the claims of its reviewers, and their corrections.

-- Each serves the queue of a project: the oldest items first or those of the lowest confidence, of all kinds or of one.
create index items_queue_idx on items (project_id, id) where status = 'pending_review' and deleted_at is null;
create index items_queue_confidence_idx on items (project_id, coalesce(confidence, 0), id)
    where status = 'pending_review' and deleted_at is null;
create index items_queue_kind_idx on items (project_id, kind, id) where status = 'pending_review' and deleted_at is null;
create index items_queue_kind_confidence_idx on items (project_id, kind, coalesce(confidence, 0), id)
    where status = 'pending_review' and deleted_at is null;
-- Serves finding a reviewer's live claims.
create index items_claimed_by_id_idx on items (claimed_by_id, claimed_until) where claimed_by_id is not null;

-- The items that await a decision. `certainty` orders them: an item without a confidence comes first.
create view review_queue as
select item_details.*, coalesce(confidence, 0) as certainty
from item_details
where status = 'pending_review' and deleted_at is null;

-- The text before and after a decision that changed it. The decision is the item's transition of the same version.
create table item_corrections (
    item_id uuid not null,
    version integer not null,
    text_before text,
    text_after text not null,
    constraint item_corrections_pkey primary key (item_id, version),
    constraint item_corrections_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
