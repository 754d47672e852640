-- The outbox, the audit log, mails that were sent, and messages that failed for good.

-- An event commits with the change that it announces; a relay publishes it and deletes the row.
create table outbox (
    id uuid not null,
    topic text not null,
    attributes jsonb not null,
    payload jsonb not null,
    attempts integer not null default 0,
    -- The writer publishes at once; maintenance takes over from here.
    next_attempt_at timestamptz not null,
    created_at timestamptz not null,
    constraint outbox_pkey primary key (id)
);

create index outbox_next_attempt_at_idx on outbox (next_attempt_at);

create table audit_logs (
    id uuid not null,
    actor_user_id uuid,
    action text not null,
    resource_type text not null,
    resource_id uuid,
    project_id uuid,
    status text not null,
    ip_address text,
    user_agent text,
    metadata jsonb not null default '{}',
    created_at timestamptz not null,
    constraint audit_logs_pkey primary key (id),
    constraint audit_logs_status_check check (status in ('success', 'failure', 'denied'))
);

create index audit_logs_created_at_id_idx on audit_logs (created_at desc, id desc);
create index audit_logs_project_id_idx on audit_logs (project_id, created_at desc, id desc) where project_id is not null;

-- A mail goes out at least once; this row keeps a redelivered event from sending it again.
create table mail_deliveries (
    event_id uuid not null,
    kind text not null,
    sent_at timestamptz not null,
    constraint mail_deliveries_pkey primary key (event_id)
);

-- Messages that Pub/Sub gave up on, for an admin to look at.
create table dead_letters (
    id uuid not null,
    subscription text not null,
    message_id text not null,
    attributes jsonb not null,
    data text not null,
    delivery_attempts integer,
    created_at timestamptz not null,
    constraint dead_letters_pkey primary key (id),
    -- Pub/Sub may dead-letter one message more than once.
    constraint dead_letters_subscription_message_id_key unique (subscription, message_id)
);
