-- Extensions and roles that the tables, indexes and functions in the following files refer to.

-- Index support for substrings of names and addresses (`gin_trgm_ops`).
create extension if not exists pg_trgm;

-- `alta_functions` is the role of every function except `maintenance`, which has `alta_maintenance`. Neither role can
-- sign in: operators create logins that are members. The last file grants their privileges.
--
-- Roles belong to the server, not to a database. If they exist, skip `create role`, because it needs the attribute
-- CREATEROLE even then. Another database of the server may create them at the same moment, hence the handler.
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
