-- Full-text search. It costs the same however many items there are: it reads the newest parts first, and sixteen times
-- as many older ones only when those hold too few matches.

-- The words of a text. Of a text longer than a tsvector can hold, the words of its beginning.
create function search_words(text text) returns tsvector
    language sql immutable parallel safe
    -- The parser would take text between angle brackets for a tag, and skip it.
    return to_tsvector('simple', translate(left(text, 200000), '<>', '  '));

-- The block of a part on one level. Levels 0 to 3 divide all parts into blocks of 4 thousand, 64 thousand, one million
-- and 16 million, by ordinal; level 4 is one block. The hash includes the project, so that a block implies its project.
create function search_block(project_id uuid, level integer, ordinal bigint) returns bigint
    language sql immutable parallel safe
    return uuid_hash_extended(project_id, case when level < 4 then (ordinal >> (12 + 4 * level)) * 4 + level else -1 end);

-- The blocks of a part on all levels.
create function search_blocks(project_id uuid, ordinal bigint) returns bigint[]
    language sql immutable parallel safe
    return array[
        search_block(project_id, 0, ordinal),
        search_block(project_id, 1, ordinal),
        search_block(project_id, 2, ordinal),
        search_block(project_id, 3, ordinal),
        search_block(project_id, 4, ordinal)
    ];

-- The searchable parts of items: part 0 is the file name, the others are pages or segments, because the words of a
-- whole book do not fit into one tsvector.
create table item_search (
    item_id uuid not null,
    part integer not null,
    -- Copies of the item's columns, for the indexes.
    project_id uuid not null,
    kind text not null,
    words tsvector not null,
    -- The order of insertion.
    ordinal bigint generated always as identity,
    blocks bigint[] not null generated always as (search_blocks(project_id, ordinal)) stored,
    constraint item_search_pkey primary key (item_id, part),
    constraint item_search_item_id_fkey foreign key (item_id) references items (id) on delete cascade
);

-- Serves the search for words within blocks. Every search reads the list of pending entries too, so it is kept short.
create index item_search_words_blocks_idx on item_search using gin (words, blocks) with (gin_pending_list_limit = 128);
-- Serves a search with a filter for a frequent word, newest items first.
create index item_search_project_id_kind_item_id_idx on item_search (project_id, kind, item_id desc);
-- Serves finding the newest part.
create index item_search_ordinal_idx on item_search (ordinal);

-- At most `wanted` parts that match, with their rank. Without a filter they are the newest ones, but in no order within
-- the widest level that was read. With a filter, PostgreSQL's statistics decide which index it begins with.
create function search_candidates(
    project uuid, item_kind text, query tsquery, item_status text, item_domain text, uploader uuid, wanted integer
)
    returns table (item_id uuid, part integer, rank real)
    language plpgsql stable
    -- Starting workers takes longer than most searches.
    set max_parallel_workers_per_gather = 0
    set plan_cache_mode = force_generic_plan
as $$
declare
    newest constant bigint := (select max(ordinal) from item_search);
    before bigint := newest + 1;
    found_here bigint;
begin
    if coalesce(item_status, item_domain, uploader::text) is not null then
        perform set_config('plan_cache_mode', 'force_custom_plan', true);
        return query
            select item_search.item_id, item_search.part, ts_rank(item_search.words, query)
            from item_search
            join items on items.id = item_search.item_id
            left join documents on documents.item_id = items.id
            where item_search.project_id = project
              and item_search.kind = item_kind
              and item_search.words @@ query
              and item_search.blocks && array[search_block(project, 4, 0)]
              -- Repeated for each table, so that PostgreSQL can use the index with the filter's column.
              and items.project_id = project
              and items.kind = item_kind
              and items.deleted_at is null
              and (item_status is null or items.status = item_status)
              and (item_domain is null or documents.project_id = project and documents.domain = item_domain)
              and (uploader is null or items.uploaded_by_id = uploader)
            order by item_search.item_id desc
            limit wanted;
        return;
    end if;
    for level in 0..4 loop
        return query
            select item_search.item_id, item_search.part, ts_rank(item_search.words, query)
            from item_search
            join items on items.id = item_search.item_id
            where item_search.project_id = project
              and item_search.kind = item_kind
              and item_search.words @@ query
              -- The newest two blocks of the level, since the last one may hold only a few parts yet.
              and item_search.blocks && array[
                  search_block(project, level, newest),
                  search_block(project, level, newest - (1::bigint << (12 + 4 * level)))
              ]
              and item_search.ordinal < before
              and items.deleted_at is null
            limit wanted;
        get diagnostics found_here = row_count;
        wanted := wanted - found_here;
        before := ((newest >> (12 + 4 * level)) - 1) << (12 + 4 * level);
        exit when wanted <= 0 or before <= 0;
    end loop;
end
$$;
