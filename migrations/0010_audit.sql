-- The audit log: append-only, partitioned by month, sealed, with personal data in separate rows.

-- The actor, action and resource of each entry. The last file grants privileges to add and read rows, but not to change
-- them.
create table audit_logs (
    id uuid not null,
    -- Ids are assigned before their transactions commit, so seals order rows by transaction, like the readers of
    -- transitions.
    xid bigint not null default transaction_number(),
    actor_user_id uuid,
    action text not null,
    resource_type text not null,
    resource_id uuid,
    project_id uuid,
    status text not null,
    -- Contains no personal data: the column is sealed, and stays when a person is erased.
    metadata jsonb not null default '{}',
    -- The hash of the row in `audit_personal`. The seal stays valid if that row is erased, but not if it is changed.
    personal_hash bytea,
    created_at timestamptz not null,
    -- A partitioned table's key includes the column that it is partitioned by.
    constraint audit_logs_pkey primary key (id, created_at),
    constraint audit_logs_status_check check (status in ('success', 'failure', 'denied'))
) partition by range (created_at);

-- Each index serves the lists with one filter, by keyset. The primary key serves the list without a filter.
create index audit_logs_actor_user_id_id_idx on audit_logs (actor_user_id, id);
create index audit_logs_resource_id_id_idx on audit_logs (resource_id, id) where resource_id is not null;
create index audit_logs_project_id_id_idx on audit_logs (project_id, id) where project_id is not null;
create index audit_logs_action_id_idx on audit_logs (action, id);
-- Serves sealing and verifying.
create index audit_logs_xid_id_idx on audit_logs (xid, id);

-- The personal data of audit rows.
create table audit_personal (
    audit_id uuid not null,
    -- The person whose data it is. Erasing the user deletes the row.
    user_id uuid,
    -- Prevents guessing the personal data from the hash after the row is deleted.
    salt bytea not null,
    ip_address text,
    user_agent text,
    -- Personal values before and after a change.
    details jsonb,
    created_at timestamptz not null,
    constraint audit_personal_pkey primary key (audit_id, created_at)
) partition by range (created_at);

-- Serves erasing a user.
create index audit_personal_user_id_audit_id_idx on audit_personal (user_id, audit_id) where user_id is not null;

-- These partitions store rows for whose month maintenance has created no partition.
create table audit_logs_default partition of audit_logs default;
create table audit_personal_default partition of audit_personal default;

-- The chain of seals. Each seal covers the rows after the previous seal.
create table audit_seals (
    id bigint generated always as identity,
    -- The last row that the seal covers.
    last_xid bigint not null,
    last_id uuid not null,
    -- Id and half a SHA-256 of each row, 32 bytes together. They identify a row that was tampered with.
    rows bytea not null,
    -- The hash of the previous seal, which may have expired. Empty in the first seal.
    previous_hash bytea not null,
    -- HMAC-SHA-256 over the previous hash and the rows, with a key that only maintenance holds.
    hash bytea not null,
    created_at timestamptz not null,
    constraint audit_seals_pkey primary key (id)
);

-- Serves the removal of expired seals.
create index audit_seals_created_at_idx on audit_seals (created_at);

-- Returns the hash of a row's personal data, for recording and for verifying.
create function audit_personal_hash(salt bytea, ip_address text, user_agent text, details jsonb) returns bytea
    language sql immutable parallel safe
    return sha256(salt || convert_to(jsonb_build_array(ip_address, user_agent, details)::text, 'UTF8'));

-- Returns the digest of a row, for sealing and for verifying. It covers every column, in a form that does not depend on
-- settings.
create function audit_row_digest(log audit_logs) returns bytea
    language sql immutable parallel safe
    return substring(
        sha256(convert_to(jsonb_build_array(
            log.id, log.xid::text, log.actor_user_id, log.action, log.resource_type, log.resource_id,
            log.project_id, log.status, log.metadata, encode(log.personal_hash, 'hex'),
            (extract(epoch from log.created_at) * 1000000)::bigint
        )::text, 'UTF8'))
        for 16
    );

-- Returns the UUIDv7 with the time `at` and the random bits of another UUIDv7 (RFC 9562, section 5.7).
create function audit_id(id uuid, at timestamptz) returns uuid
    language sql immutable parallel safe
    return encode(
        overlay(
            uuid_send(id)
            placing substring(int8send(floor(extract(epoch from at) * 1000)::bigint) from 3 for 6) from 1
        ),
        'hex'
    )::uuid;

-- Records an entry and its personal data. This is a function, so that one statement can contain a change, its audit row
-- and its event.
--
-- The id contains the time of the row. The id of a missing row therefore shows whether it expired with the partition of
-- its month, even if the request ended in another month.
create function audit_record(entry jsonb, recorded_at timestamptz) returns void
    language plpgsql
as $$
declare
    row_id uuid := audit_id((entry ->> 'id')::uuid, recorded_at);
    personal jsonb := entry -> 'personal';
    details jsonb := nullif(personal -> 'details', 'null');
    hash bytea;
begin
    if personal ->> 'ip_address' is not null or personal ->> 'user_agent' is not null or details is not null then
        insert into audit_personal (audit_id, user_id, salt, ip_address, user_agent, details, created_at)
        values (row_id, (personal ->> 'user_id')::uuid, decode(personal ->> 'salt', 'base64'),
                personal ->> 'ip_address', personal ->> 'user_agent', details, recorded_at)
        returning audit_personal_hash(salt, ip_address, user_agent, audit_personal.details) into hash;
    end if;
    insert into audit_logs
        (id, actor_user_id, action, resource_type, resource_id, project_id, status, metadata, personal_hash, created_at)
    values (row_id, (entry ->> 'actor_user_id')::uuid, entry ->> 'action', entry ->> 'resource_type',
            (entry ->> 'resource_id')::uuid, (entry ->> 'project_id')::uuid, entry ->> 'status', entry -> 'metadata',
            hash, recorded_at);
end
$$;

-- Creates the missing partitions of `months` months from `start` on, and returns their number. It skips a month that
-- has rows in the default partition. The rows of that month stay there. It runs as the owner of the tables, for
-- maintenance.
create function audit_create_partitions(start date, months integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    month date;
    created integer := 0;
    parent text;
    name text;
    waiting boolean;
begin
    for month in select (date_trunc('month', start) + make_interval(months => n))::date
                 from generate_series(0, months - 1) as n loop
        foreach parent in array array['audit_logs', 'audit_personal'] loop
            name := parent || '_' || to_char(month, 'YYYY_MM');
            execute format('select exists (select from %I where created_at >= %L and created_at < %L)',
                parent || '_default', month::timestamp at time zone 'UTC',
                (month + interval '1 month') at time zone 'UTC') into waiting;
            if to_regclass(name) is null and not waiting then
                execute format('create table %I partition of %I for values from (%L) to (%L)', name, parent,
                    month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
                -- With the default privileges, rows could be changed despite the parent's privileges.
                execute format('revoke all on %I from alta_functions, alta_maintenance', name);
                created := created + 1;
            end if;
        end loop;
    end loop;
    return created;
end
$$;

-- Drops the partitions of months that ended before `before`, and returns their number. Also deletes the rows of such
-- months in the default partitions, and seals over expired rows. This is the only way in which rows of the log are
-- removed. It runs as the owner of the tables, for maintenance.
create function audit_drop_partitions(before date) returns integer
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    ended constant timestamptz := date_trunc('month', before::timestamp) at time zone 'UTC';
    name text;
    dropped integer := 0;
begin
    delete from audit_logs_default where created_at < ended;
    delete from audit_personal_default where created_at < ended;
    -- The newest of these seals stays, because it shows where the following rows begin. A seal is as new as its newest
    -- row, and the clocks that set these times may differ.
    delete from audit_seals
    where id < (
        select id from audit_seals where created_at < ended - interval '1 day' order by created_at desc, id desc limit 1
    );
    for name in
        select child.relname
        from pg_inherits
        join pg_class as child on child.oid = pg_inherits.inhrelid
        join pg_class as parent on parent.oid = pg_inherits.inhparent
        where parent.relname in ('audit_logs', 'audit_personal')
          and child.relname ~ '_\d{4}_\d{2}$'
          and to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= before
    loop
        execute format('drop table %I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

-- From last month to three months from now. Maintenance creates the following partitions.
select audit_create_partitions((current_date - interval '1 month')::date, 5);
