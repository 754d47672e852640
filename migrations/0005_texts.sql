-- Texts of items, by the attempt that produced them, so that results of different attempts never mix.

-- The text of an item in the order in which it is read: the pages of a document, the segments of a voice sample.
create table item_parts (
    item_id uuid not null,
    attempt integer not null,
    -- From 1.
    number integer not null,
    text text not null,
    -- From 0 to 1; null if the engine reports none, or the part has no text. A mean excludes null values.
    confidence real,
    -- BCP 47.
    language text,
    -- Blocks with their boxes in fractions of the page: `[{"text", "confidence", "box": [x, y, width, height]}]`.
    layout jsonb,
    -- `[{"word", "start", "end", "confidence"}]`, with seconds from the beginning.
    words jsonb,
    -- The channel of a segment, from 1; null unless the channels of the recording were recognized separately.
    channel smallint,
    constraint item_parts_pkey primary key (item_id, attempt, number),
    constraint item_parts_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);

-- The shards of a batch operation's output that are already stored. They may arrive in any order and more than once.
create table result_shards (
    item_id uuid not null,
    attempt integer not null,
    shard_index integer not null,
    shard_count integer not null,
    constraint result_shards_pkey primary key (item_id, attempt, shard_index),
    constraint result_shards_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);
