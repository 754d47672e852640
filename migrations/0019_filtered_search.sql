-- A search with a filter walks the index of that filter: Postgres took the primary key, and passed over most items.

-- At most so many parts that match, and how well: the newest, apart from those of the widest block that was looked
-- through, which are taken as they come. With a filter, Postgres decides by its statistics where to begin.
create or replace function search_candidates(
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
              -- Said of all three, so that the index with the filter in it can be walked.
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
