-- Idempotency keys and task positions, which make requests safe to repeat and scheduled tasks safe to resume, and the
-- requests to engines.

-- Idempotency keys of POST requests that created a resource. Each key is written in the transaction of its change, and
-- stored for a day.
create table idempotency_keys (
    user_id uuid not null,
    -- Method and pattern: `POST /projects/{project_id}/invite`.
    route text not null,
    key text not null,
    -- SHA-256 of path and body. Another request with the same key is a mistake of the client.
    request_hash bytea not null,
    -- The created resource. A repeated request returns its current state, if the caller may still see it.
    resource_id uuid not null,
    created_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (user_id, route, key),
    constraint idempotency_keys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- Serves the purge.
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);

-- The position of each scheduled task that processes more rows or objects than fit into one run.
create table task_positions (
    task text not null,
    position text,
    updated_at timestamptz not null,
    constraint task_positions_pkey primary key (task)
);

-- The number of requests to an engine in the latest minute with requests, one row per quota. All instances share these
-- counts.
create table engine_requests (
    quota text not null,
    minute timestamptz not null,
    requests integer not null,
    constraint engine_requests_pkey primary key (quota)
);
