-- Idempotency keys and task positions, which make requests safe to repeat and scheduled tasks safe to resume, and the
-- requests to engines.

-- Idempotency keys of POST requests that created something. Each is written in the transaction of its change, and kept
-- for a day.
create table idempotency_keys (
    user_id uuid not null,
    -- Method and pattern: `POST /projects/{project_id}/invite`.
    route text not null,
    key text not null,
    -- SHA-256 of path and body. Another request with the same key is a mistake of the client.
    request_hash bytea not null,
    -- The created resource. A repeat returns its current state, as far as the caller may see it then.
    resource_id uuid not null,
    created_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (user_id, route, key),
    constraint idempotency_keys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves the purge.
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);

-- The position of each scheduled task that covers more rows or objects than fit into one run.
create table task_positions (
    task text not null,
    position text,
    updated_at timestamptz not null,
    constraint task_positions_pkey primary key (task)
);

-- The requests to an engine in the latest minute that had any, one row per quota. All instances count in them.
create table engine_requests (
    quota text not null,
    minute timestamptz not null,
    requests integer not null,
    constraint engine_requests_pkey primary key (quota)
);
