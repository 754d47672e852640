-- Grants: the privileges of the two roles. The owner of the tables is the login of the migration job.
--
--                                       alta_functions       alta_maintenance
--   item_transitions, audit_logs        read, add            read, add
--   item_facts                          read                 read
--   audit_personal                      read, add            read, add, delete
--   audit_seals                         -                    read, add
--   partitions of the audit log         -                    -
--   statistics_*                        read                 everything
--   transaction_offset                  read                 read
--   _sqlx_migrations                    read                 read
--   all other tables, later ones too    everything           everything
--   functions on partitions             -                    execute
--   all other functions                 execute              execute
--
-- "Everything" is select, insert, update and delete; "add" is insert. Neither role can create or drop anything.

grant usage on schema public to alta_functions, alta_maintenance;
grant select, insert, update, delete on all tables in schema public to alta_functions, alta_maintenance;
grant usage on all sequences in schema public to alta_functions, alta_maintenance;

-- The tables of later migrations.
alter default privileges in schema public
    grant select, insert, update, delete on tables to alta_functions, alta_maintenance;
alter default privileges in schema public grant usage on sequences to alta_functions, alta_maintenance;

-- Records are append-only, even if an attacker controls a function. Maintenance deletes personal data when it erases a
-- person.
revoke update, delete on item_transitions, audit_logs from alta_functions, alta_maintenance;
revoke update, delete on audit_personal from alta_functions;
revoke update on audit_personal from alta_maintenance;
revoke all on audit_seals from alta_functions;
revoke update, delete on audit_seals from alta_maintenance;

-- PostgreSQL passes a change of this view on to item_transitions, with the privileges of the view's owner.
revoke insert, update, delete on item_facts from alta_functions, alta_maintenance;

-- A partition is reached through its parent only, whose privileges apply. `audit_create_partitions` revokes the
-- privileges on later partitions.
do $$
declare
    partition regclass;
begin
    for partition in
        select inhrelid from pg_inherits where inhparent in ('audit_logs'::regclass, 'audit_personal'::regclass)
    loop
        execute format('revoke all on %s from alta_functions, alta_maintenance', partition);
    end loop;
end
$$;

-- Only maintenance creates and drops partitions. Both functions run as the owner of the tables.
revoke all on function audit_create_partitions, audit_drop_partitions from public;
grant execute on function audit_create_partitions, audit_drop_partitions to alta_maintenance;

-- Only maintenance folds transitions into statistics.
revoke insert, update, delete on statistics_cursor, statistics_counts, statistics_durations, statistics_people,
    statistics_totals, statistics_domains from alta_functions;

-- Only the migration job numbers transactions.
revoke insert, update, delete on transaction_offset from alta_functions, alta_maintenance;

-- The history of migrations, which exists when the migration job runs this file.
do $$
begin
    if to_regclass('_sqlx_migrations') is not null then
        revoke insert, update, delete on _sqlx_migrations from alta_functions, alta_maintenance;
    end if;
end
$$;
