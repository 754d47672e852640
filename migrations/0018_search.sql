-- A search that costs the same however much there is: it looks through the newest parts first, and through many
-- times as many older ones only when they held too little.

-- The order in which parts came.
alter table item_search add column ordinal bigint generated always as identity;

-- What a part belongs to: a block of its project's parts among the last 4 thousand of all, 64 thousand, a million,
-- 16 million, and all of its project's. A hash of them: whoever asks for a block asks for the project, too.
create function search_block(project_id uuid, level integer, ordinal bigint) returns bigint
    language sql immutable parallel safe
    return uuid_hash_extended(project_id, case when level < 4 then (ordinal >> (12 + 4 * level)) * 4 + level else -1 end);

create function search_blocks(project_id uuid, ordinal bigint) returns bigint[]
    language sql immutable parallel safe
    return array[
        search_block(project_id, 0, ordinal),
        search_block(project_id, 1, ordinal),
        search_block(project_id, 2, ordinal),
        search_block(project_id, 3, ordinal),
        search_block(project_id, 4, ordinal)
    ];

alter table item_search add column blocks bigint[] not null generated always as (search_blocks(project_id, ordinal)) stored;

create index item_search_ordinal_idx on item_search (ordinal);
-- In place of the one with the project: two lists to bring together in place of three.
create index item_search_words_blocks_idx on item_search using gin (words, blocks) with (gin_pending_list_limit = 128);
drop index item_search_words_idx;

-- At most so many parts that match, and how well: the newest, apart from those of the widest block that was looked
-- through, which are taken as they come. With a filter, Postgres decides by its statistics where to begin.
create function search_candidates(
    project uuid, item_kind text, query tsquery, item_status text, item_domain text, uploader uuid, wanted integer
)
    returns table (item_id uuid, part integer, rank real)
    language plpgsql stable
    -- To start workers takes longer than most searches.
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
              and items.deleted_at is null
              and (item_status is null or items.status = item_status)
              and (item_domain is null or documents.domain = item_domain)
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
              -- Two of them, since the newest block has only just begun.
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
