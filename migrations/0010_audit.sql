-- The audit log: partitioned by month, sealed, and with what is personal in rows of their own; and the roles
-- that may add to it and not change it.

drop index audit_logs_created_at_id_idx, audit_logs_project_id_idx, audit_logs_actor_user_id_id_idx,
    audit_logs_resource_id_id_idx;
alter table audit_logs rename to audit_logs_before;
alter table audit_logs_before rename constraint audit_logs_pkey to audit_logs_before_pkey;

create table audit_logs (
    id uuid not null,
    -- Ids are given before they are committed: seals go by transaction, as readers of transitions do.
    xid xid8 not null default pg_current_xact_id(),
    actor_user_id uuid,
    action text not null,
    resource_type text not null,
    resource_id uuid,
    project_id uuid,
    status text not null,
    -- Nothing personal: it is sealed, and stays when a person is erased.
    metadata jsonb not null default '{}',
    -- Of the row in audit_personal; so erasing that one breaks no seal, and changing it does.
    personal_hash bytea,
    created_at timestamptz not null,
    constraint audit_logs_pkey primary key (id, created_at),
    constraint audit_logs_status_check check (status in ('success', 'failure', 'denied'))
) partition by range (created_at);

-- Each serves the lists with its filter, by keyset; the primary key serves the one without.
create index audit_logs_actor_user_id_id_idx on audit_logs (actor_user_id, id);
create index audit_logs_resource_id_id_idx on audit_logs (resource_id, id);
create index audit_logs_project_id_id_idx on audit_logs (project_id, id);
create index audit_logs_action_id_idx on audit_logs (action, id);
-- Serves sealing and verifying.
create index audit_logs_xid_id_idx on audit_logs (xid, id);

create table audit_personal (
    audit_id uuid not null,
    -- Whose it is: erasing the user erases it.
    user_id uuid,
    salt bytea not null,
    ip_address text,
    user_agent text,
    -- Personal values before and after a change.
    details jsonb,
    created_at timestamptz not null,
    constraint audit_personal_pkey primary key (audit_id, created_at)
) partition by range (created_at);

create index audit_personal_user_id_audit_id_idx on audit_personal (user_id, audit_id) where user_id is not null;

-- What comes outside of the months that maintenance made is kept all the same.
create table audit_logs_default partition of audit_logs default;
create table audit_personal_default partition of audit_personal default;

create table audit_seals (
    id bigint generated always as identity,
    -- The last row that it covers; it begins after the seal before.
    last_xid xid8 not null,
    last_id uuid not null,
    -- Id and half a SHA-256 of each row, 32 bytes each: what names the row that was tampered with.
    rows bytea not null,
    -- HMAC-SHA-256 over the seal before and the rows, under a key that only maintenance holds.
    hash bytea not null,
    created_at timestamptz not null,
    constraint audit_seals_pkey primary key (id)
);

-- The hash of what is personal in a row: computed in one place, for writing and for verifying.
create function audit_personal_hash(salt bytea, ip_address text, user_agent text, details jsonb) returns bytea
    language sql immutable parallel safe
    return sha256(salt || convert_to(jsonb_build_array(ip_address, user_agent, details)::text, 'UTF8'));

-- The digest of a row: every column, in a form that no setting changes.
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

-- Makes the partitions of the months from `start` on that are not there; rows that came before theirs stay
-- where they are.
create function audit_make_partitions(start date, months integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    month date;
    made integer := 0;
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
                execute format('revoke all on %I from alta_functions, alta_maintenance', name);
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;

-- Drops the months that ended before `before`: the only way that a row of the log ever goes.
create function audit_drop_partitions(before date) returns integer
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    name text;
    dropped integer := 0;
begin
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

-- What every function connects as, and what maintenance does; operators make logins of them. Roles belong to
-- the server, so other databases on it may have made them already, at this very moment too.
do $$
begin
    create role alta_functions nologin;
exception when duplicate_object or unique_violation then null;
end
$$;
do $$
begin
    create role alta_maintenance nologin;
exception when duplicate_object or unique_violation then null;
end
$$;

grant usage on schema public to alta_functions, alta_maintenance;
grant select, insert, update, delete on all tables in schema public to alta_functions, alta_maintenance;
grant usage on all sequences in schema public to alta_functions, alta_maintenance;
alter default privileges in schema public
    grant select, insert, update, delete on tables to alta_functions, alta_maintenance;
alter default privileges in schema public grant usage on sequences to alta_functions, alta_maintenance;

-- Added to and read, never changed: not even by whoever takes over a function.
revoke update, delete on audit_logs, audit_personal, item_transitions from alta_functions, alta_maintenance;
revoke all on audit_logs_default, audit_personal_default, audit_logs_before from alta_functions, alta_maintenance;
revoke all on audit_seals from alta_functions;
revoke update, delete on audit_seals from alta_maintenance;
grant delete on audit_personal to alta_maintenance;
do $$
begin
    if to_regclass('_sqlx_migrations') is not null then
        revoke insert, update, delete on _sqlx_migrations from alta_functions, alta_maintenance;
    end if;
end
$$;
revoke all on function audit_make_partitions, audit_drop_partitions from public;
grant execute on function audit_make_partitions, audit_drop_partitions to alta_maintenance;

select audit_make_partitions((current_date - interval '1 month')::date, 5);

insert into audit_personal (audit_id, user_id, salt, ip_address, user_agent, created_at)
select id, coalesce(actor_user_id, case when resource_type = 'user' then resource_id end),
       decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), ip_address, user_agent, created_at
from audit_logs_before
where ip_address is not null or user_agent is not null;

insert into audit_logs
    (id, actor_user_id, action, resource_type, resource_id, project_id, status, metadata, personal_hash, created_at)
select before.id, before.actor_user_id, before.action, before.resource_type, before.resource_id, before.project_id,
       before.status, before.metadata,
       case when personal.salt is not null then
           audit_personal_hash(personal.salt, personal.ip_address, personal.user_agent, personal.details)
       end,
       before.created_at
from audit_logs_before as before
left join audit_personal as personal on personal.audit_id = before.id and personal.created_at = before.created_at;

drop table audit_logs_before;
