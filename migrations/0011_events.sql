-- Events and mails: the outbox, messages that could not be delivered, and mails that were sent.

-- Events to publish. An event commits with the change that caused it. The relay publishes it and deletes the row.
create table outbox (
    id uuid not null,
    topic text not null,
    attributes jsonb not null,
    payload jsonb not null,
    attempts integer not null default 0,
    -- The writer publishes immediately. After this time, the sweep publishes the event instead.
    next_attempt_at timestamptz not null,
    created_at timestamptz not null,
    constraint outbox_pkey primary key (id)
)
-- Each row exists only briefly, so the number of dead rows does not depend on the size of the table.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Serves the sweep.
create index outbox_next_attempt_at_idx on outbox (next_attempt_at);

-- Records an event. This is a function, so that one statement can contain a change, its audit row and its event.
create function outbox_add(message jsonb, recorded_at timestamptz) returns void
    language plpgsql
as $$
begin
    insert into outbox (id, topic, attributes, payload, next_attempt_at, created_at)
    values ((message ->> 'id')::uuid, message ->> 'topic', message -> 'attributes', message -> 'payload',
            recorded_at + interval '30 seconds', recorded_at);
end
$$;

-- The last failure of a delivery, by its content. It becomes the cause of a dead letter.
create table delivery_errors (
    subscription text not null,
    -- SHA-256 over attributes and data, which stay the same when a message becomes a dead letter.
    message_hash bytea not null,
    cause text not null,
    failed_at timestamptz not null,
    constraint delivery_errors_pkey primary key (subscription, message_hash)
);

-- Serves the purge.
create index delivery_errors_failed_at_idx on delivery_errors (failed_at);

-- Dead letters: messages that Pub/Sub stopped delivering. They only record failures: maintenance retries the work.
-- Super admins replay or delete them.
create table dead_letters (
    id uuid not null,
    -- The id of the subscription.
    subscription text not null,
    -- SHA-256 of the subject of the message: an object and its generation, or the data. Maintenance repeats messages,
    -- so several may become dead letters for one reason. Only the last dead letter is stored.
    subject_hash bytea not null,
    message_id text not null,
    attributes jsonb not null,
    data text not null,
    delivery_attempts integer,
    -- True if the message is an event that can be published again.
    replayable boolean not null,
    cause text,
    created_at timestamptz not null,
    constraint dead_letters_pkey primary key (id),
    constraint dead_letters_subscription_subject_hash_key unique (subscription, subject_hash)
);

-- Serves the purge.
create index dead_letters_created_at_idx on dead_letters (created_at);

-- Mails that were sent or permanently refused. A mail is sent at least once. Its row prevents a redelivered event from
-- sending it again.
create table mail_deliveries (
    event_id uuid not null,
    kind text not null,
    sent_at timestamptz not null,
    -- The SMTP reply code of a permanent refusal, without the server's text, which may contain the address. Null if the
    -- mail was sent.
    smtp_refusal_code integer,
    constraint mail_deliveries_pkey primary key (event_id)
);

-- Serves the purge.
create index mail_deliveries_sent_at_idx on mail_deliveries (sent_at);

-- The numbers of mails per hour and day to a recipient or by a sender, which are limited.
create table mail_counts (
    -- SHA-256 of the recipient or sender.
    subject bytea not null,
    -- An hour and a day begin with their first mail.
    hour_began_at timestamptz not null,
    hour_mails integer not null,
    day_began_at timestamptz not null,
    day_mails integer not null,
    constraint mail_counts_pkey primary key (subject)
)
-- The counts change with every mail. Free space on each page lets these updates skip the indexes (HOT).
with (fillfactor = 70);

-- Counts a mail and returns true, or returns false if the subject has reached a cap, or null if there is no mail. Locks
-- the subject's row until the transaction ends. This is a function, so that one statement can contain a change, its
-- audit row and its mail.
create function mail_admit(mail_subject bytea, per_hour bigint, per_day bigint, recorded_at timestamptz) returns boolean
    language plpgsql strict
as $$
begin
    insert into mail_counts as counted (subject, hour_began_at, hour_mails, day_began_at, day_mails)
    values (mail_subject, recorded_at, 1, recorded_at, 1)
    on conflict on constraint mail_counts_pkey do update
    set hour_began_at = case when counted.hour_began_at > recorded_at - interval '1 hour' then counted.hour_began_at else recorded_at end,
        hour_mails = case when counted.hour_began_at > recorded_at - interval '1 hour' then counted.hour_mails + 1 else 1 end,
        day_began_at = case when counted.day_began_at > recorded_at - interval '1 day' then counted.day_began_at else recorded_at end,
        day_mails = case when counted.day_began_at > recorded_at - interval '1 day' then counted.day_mails + 1 else 1 end
    where (counted.hour_began_at <= recorded_at - interval '1 hour' or counted.hour_mails < per_hour)
      and (counted.day_began_at <= recorded_at - interval '1 day' or counted.day_mails < per_day);
    return found;
end
$$;

-- Serves the purge.
create index mail_counts_day_began_at_idx on mail_counts (day_began_at);
