-- A change, its audit row and its event in one statement: what each table takes is written here, once.

create function audit_record(entry jsonb, recorded_at timestamptz) returns void
    language plpgsql
as $$
declare
    personal jsonb := entry -> 'personal';
    details jsonb := nullif(personal -> 'details', 'null');
    hash bytea;
begin
    if personal ->> 'ip_address' is not null or personal ->> 'user_agent' is not null or details is not null then
        insert into audit_personal (audit_id, user_id, salt, ip_address, user_agent, details, created_at)
        values ((entry ->> 'id')::uuid, (personal ->> 'user_id')::uuid, decode(personal ->> 'salt', 'base64'),
                personal ->> 'ip_address', personal ->> 'user_agent', details, recorded_at)
        returning audit_personal_hash(salt, ip_address, user_agent, audit_personal.details) into hash;
    end if;
    insert into audit_logs
        (id, actor_user_id, action, resource_type, resource_id, project_id, status, metadata, personal_hash, created_at)
    values ((entry ->> 'id')::uuid, (entry ->> 'actor_user_id')::uuid, entry ->> 'action', entry ->> 'resource_type',
            (entry ->> 'resource_id')::uuid, (entry ->> 'project_id')::uuid, entry ->> 'status', entry -> 'metadata',
            hash, recorded_at);
end
$$;

-- The writer publishes it at once; maintenance takes over after a while.
create function outbox_add(message jsonb, recorded_at timestamptz) returns void
    language plpgsql
as $$
begin
    insert into outbox (id, topic, attributes, payload, next_attempt_at, created_at)
    values ((message ->> 'id')::uuid, message ->> 'topic', message -> 'attributes', message -> 'payload',
            recorded_at + interval '30 seconds', recorded_at);
end
$$;
