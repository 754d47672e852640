-- What users do with their own accounts.

-- Grows with every change that the user can see; the `ETag` is made from it.
alter table users add column version integer not null default 1;

-- The list of live sessions goes by id; every other use of the index before is served as well.
create index sessions_user_id_live_idx on sessions (user_id, id desc) where revoked_at is null;
drop index sessions_user_id_idx;

-- Each serves a part of a user's export, row after row by keyset.
create index sessions_user_id_id_idx on sessions (user_id, id);
create index items_uploaded_by_id_id_idx on items (uploaded_by_id, id);
create index audit_logs_actor_user_id_id_idx on audit_logs (actor_user_id, id) where actor_user_id is not null;
create index audit_logs_resource_id_id_idx on audit_logs (resource_id, id) where resource_id is not null;
