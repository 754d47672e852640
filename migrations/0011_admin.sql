-- What super admins look for.

-- Most rows concern no project, and many no thing: those need no entry.
drop index audit_logs_project_id_id_idx, audit_logs_resource_id_id_idx;
create index audit_logs_project_id_id_idx on audit_logs (project_id, id) where project_id is not null;
create index audit_logs_resource_id_id_idx on audit_logs (resource_id, id) where resource_id is not null;

-- Each serves the list of users, newest first, with one filter; the last two serve the search.
create index users_live_idx on users (id desc) where deleted_at is null;
create index users_super_admins_idx on users (id desc) where global_role = 'super_admin' and deleted_at is null;
create index users_suspended_idx on users (id desc) where suspended_at is not null and deleted_at is null;
create index users_unverified_idx on users (id desc) where email_verified_at is null and deleted_at is null;
create index users_email_trgm_idx on users using gin (email gin_trgm_ops) where deleted_at is null;
create index users_display_name_trgm_idx on users using gin (display_name gin_trgm_ops) where deleted_at is null;
