-- What maintenance looks for.

-- Work that stuck, without what waits for a batch operation: that may be much, and is admitted in turn.
create index items_due_idx on items (coalesce(next_attempt_at, lease_until))
    where status = 'processing' and deleted_at is null and (not needs_batch or operation is not null);
create index items_waiting_idx on items (kind, coalesce(next_attempt_at, lease_until))
    where status = 'processing' and deleted_at is null and needs_batch and operation is null;
drop index items_processing_idx;

-- Uploads whose bytes have not arrived, or arrived without an event: the first of a draft, the next of others.
create index items_awaited_idx on items (coalesce(next_attempt_at, created_at))
    where generation is null and status in ('draft', 'failed', 'rejected') and deleted_at is null;
drop index items_draft_idx;

-- Serves the purge of items by keyset: what cannot be purged yet holds nobody up. All of a deleted project's items
-- go at one time.
create index items_deleted_at_id_idx on items (deleted_at, id) where deleted_at is not null;
drop index items_deleted_at_idx;

-- Serves the purge of projects; the second one the foreign key, and the question whether a project is empty.
create index projects_deleted_at_idx on projects (deleted_at) where deleted_at is not null;
create index items_project_id_idx on items (project_id);
