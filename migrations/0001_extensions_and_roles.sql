-- Extensions and roles: what the tables, indexes and functions in the following files refer to.

-- Finds a part of a name or address with an index (`gin_trgm_ops`).
create extension if not exists pg_trgm;

-- `alta_functions` is what every function connects as, `alta_maintenance` is what the function `maintenance` connects
-- as. Nobody can sign in as either: operators create logins that are members. The last file grants their privileges.
--
-- Roles belong to the server, not to a database. Where they exist, `create role` is not tried, because it needs the
-- attribute CREATEROLE even then. Another database of the server may create them at the same moment, hence the handler.
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
