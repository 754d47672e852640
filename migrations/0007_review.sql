-- Review: the queue of a project, the claims of its reviewers, their feedback and their corrections.

-- Each index serves the queue of a project: the oldest items first or the items with the lowest confidence first, of
-- all kinds or of one kind.
create index items_queue_idx on items (project_id, id) where status = 'pending_review' and deleted_at is null;
create index items_queue_confidence_idx on items (project_id, coalesce(confidence, 1), id)
    where status = 'pending_review' and deleted_at is null;
create index items_queue_kind_idx on items (project_id, kind, id) where status = 'pending_review' and deleted_at is null;
create index items_queue_kind_confidence_idx on items (project_id, kind, coalesce(confidence, 1), id)
    where status = 'pending_review' and deleted_at is null;
-- Serves finding a reviewer's live claims.
create index items_claimed_by_id_idx on items (claimed_by_id, claimed_until) where claimed_by_id is not null;

-- The items that await a decision. `queue_confidence` orders them: an item without a confidence, such as a blank page,
-- comes last.
create view review_queue as
select item_details.*, coalesce(confidence, 1) as queue_confidence
from item_details
where status = 'pending_review' and deleted_at is null;

-- The feedback of reviewers. It is not stored in the transitions, which are permanent, so that it can be erased with
-- its author. The decision is the item's transition of the same version.
create table item_feedback (
    item_id uuid not null,
    version integer not null,
    author_id uuid not null,
    feedback text not null,
    constraint item_feedback_pkey primary key (item_id, version),
    constraint item_feedback_item_id_fkey foreign key (item_id) references items (id) on delete cascade,
    constraint item_feedback_author_id_fkey foreign key (author_id) references users (id)
);

-- Serves erasing a user, and the account data export, by keyset.
create index item_feedback_author_id_item_id_version_idx on item_feedback (author_id, item_id, version);

-- The text before and after a decision that changed it. The decision is the item's transition of the same version.
create table item_corrections (
    item_id uuid not null,
    version integer not null,
    text_before text,
    text_after text not null,
    constraint item_corrections_pkey primary key (item_id, version),
    constraint item_corrections_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
