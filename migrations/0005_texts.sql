-- Texts of items, by the attempt that produced them: results of an abandoned attempt never mix with another's.

-- The pages of a document.
create table document_pages (
    item_id uuid not null,
    attempt integer not null,
    page_number integer not null,
    text text not null,
    confidence real not null,
    language text,
    -- Blocks with boxes in fractions of the page: `[{"text", "confidence", "box": [x, y, width, height]}]`.
    layout jsonb not null,
    constraint document_pages_pkey primary key (item_id, attempt, page_number),
    constraint document_pages_item_id_fkey foreign key (item_id) references documents (item_id) on delete cascade
);

-- The segments of a voice sample: what is said between two pauses.
create table voice_segments (
    item_id uuid not null,
    attempt integer not null,
    segment_number integer not null,
    text text not null,
    confidence real,
    language text,
    -- `[{"word", "start", "end", "confidence"}]`, in seconds from the beginning.
    words jsonb not null,
    constraint voice_segments_pkey primary key (item_id, attempt, segment_number),
    constraint voice_segments_item_id_fkey foreign key (item_id) references voice_samples (item_id) on delete cascade
);

-- The shards of a batch operation's output that are stored already. They arrive in any order, and repeatedly.
create table result_shards (
    item_id uuid not null,
    attempt integer not null,
    shard_index integer not null,
    shard_count integer not null,
    constraint result_shards_pkey primary key (item_id, attempt, shard_index),
    constraint result_shards_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
