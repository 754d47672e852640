-- Extensions, roles and transaction numbers that the tables, indexes and functions in the following files refer to.

-- Index support for substrings of names and addresses (`gin_trgm_ops`).
create extension if not exists pg_trgm;

-- `alta_functions` is the role of every function except `maintenance`, which has `alta_maintenance`. Neither role can
-- sign in: operators create logins that are members. The last file grants their privileges.
--
-- Roles belong to the server, not to a database. If they exist, `create role` is skipped, because it needs the
-- attribute CREATEROLE even then. The handler is for another database of the server that creates them at the same
-- moment.
do $$
declare
    name text;
begin
    foreach name in array array['alta_functions', 'alta_maintenance'] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
end
$$;

-- The offset between the ids of transactions and their numbers. Readers of append-only tables order rows by the number of
-- their transaction. If a dump is restored in another cluster, the ids start again. The migration job then sets an
-- offset with which the numbers continue.
create table transaction_offset (
    value bigint not null,
    -- The cluster that the offset is for.
    system_identifier bigint not null,
    only_row boolean not null default true,
    constraint transaction_offset_pkey primary key (only_row),
    -- With the primary key, this admits only one row.
    constraint transaction_offset_only_row_check check (only_row)
);
insert into transaction_offset (value, system_identifier) select 0, system_identifier from pg_control_system();

-- The number of the current transaction. Written in PL/pgSQL, which caches the plan. A function in SQL with a subquery
-- is planned again by each statement that calls it.
create function transaction_number() returns bigint
    language plpgsql stable
as $$
begin
    return pg_current_xact_id()::text::bigint + (select value from transaction_offset);
end
$$;

-- Lets the current transaction commit without waiting until its changes are on disk. If the server crashes, they may be
-- lost, unless a later transaction has waited. Only for changes that mean nothing until such a transaction, or that are
-- repeated if they are lost.
create function commit_without_waiting() returns text
    language sql
    return set_config('synchronous_commit', 'off', true);

-- The number of the oldest transaction of the server that is still open. All transactions with a smaller number have
-- ended.
create function oldest_open_transaction() returns bigint
    language plpgsql stable
as $$
begin
    return pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (select value from transaction_offset);
end
$$;
