-- Full-text search. Its cost does not depend on the number of items: it reads the newest parts first, and sixteen times
-- as many older parts only if the newest parts have too few matches.

-- Returns the words of a text, in order: in lower case, after compatibility normalization (NFKC, which includes NFC),
-- at most 100 characters of each word. Punctuation separates words, so that a search finds an identifier by each of its
-- parts, and there are no signed numbers. Scripts that are written without spaces (Chinese, Japanese, Thai, Khmer,
-- ...), or that join articles and prepositions to the next word (Arabic, Hebrew), are not split into words: each letter
-- begins a sequence of up to three letters, so that a search finds every substring. Vowel points of Arabic and Hebrew
-- are ignored.
create function search_tokens(text text)
    returns table (token text, "position" bigint, is_sequence boolean)
    language sql immutable parallel safe rows 300
begin atomic
    with words as (
        select ltrim(word, chr(1)) as word, number, starts_with(word, chr(1)) as is_unspaced
        from string_to_table(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        lower(left(normalize(left(text, 200000), NFKC), 200000)),
                        -- Vowel points, and characters without a width.
                        '[\u00AD\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0640\u064B-\u065F\u0670\u200B-\u200F\u2060\uFEFF]', '', 'g'
                    ),
                    -- Spaces, punctuation, symbols, and private characters.
                    '[\u0001-/:-@[-`{-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7\u02C2-\u02DF\u055A-\u055F\u0589\u058A\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u060C\u061B-\u061F\u066A-\u066D\u06D4\u0964\u0965\u0E4F\u0E5A\u0E5B\u0F0B-\u0F14\u104A-\u104F\u1361-\u1368\u17D4-\u17DA\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030\u303D\u30FB\uE000-\uF8FF\uFE10-\uFE6F\uFFF0-\uFFFF\U0001F000-\U0001FAFF]+',
                    ' ', 'g'
                ),
                -- The scripts that are not split into words. A mark begins each run of their letters.
                '([\u0590-\u07FF\u08A0-\u08FF\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005-\u3007\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF]+)',
                ' ' || chr(1) || '\1 ', 'g'
            ),
            ' '
        ) with ordinality as words (word, number)
        where word <> ''
    ), letters as (
        select letter || coalesce(lead(letter, 1) over following, '') || coalesce(lead(letter, 2) over following, '') as token,
               number, place
        from words
        cross join lateral unnest(string_to_array(word, null)) with ordinality as letters (letter, place)
        where is_unspaced
        window following as (partition by number order by place)
    )
    select token, row_number() over (order by number, place), is_sequence
    from (
        select left(word, 100) as token, number, 0 as place, false as is_sequence from words where not is_unspaced
        union all
        select token, number, place, true from letters
    ) as tokens;
end;

-- Returns the words of a file name or a text, for the index. Each prefix of a word, from two letters on, is a separate
-- lexeme, marked by an asterisk: `inv*`. A search for a prefix therefore costs as much as a search for a word, while
-- PostgreSQL's own prefix search reads the entries of all words with that prefix, in all projects. A tsvector holds
-- less than a mebibyte. Of a longer text, only the first words are indexed, and the prefixes of even fewer words.
--
-- Written in PL/pgSQL, which caches the plan. A function in SQL is planned again by each statement that calls it.
create function search_words(text text) returns tsvector
    language plpgsql immutable parallel safe
    set jit = off
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (
        with tokens as (
            select token, is_sequence, min("position") as place,
                   -- The positions that a tsvector keeps.
                   array_to_string((array_agg(least("position", 16383) order by "position"))[:256], ',') as positions
            from search_tokens(text)
            group by token, is_sequence
        ), lexemes as (
            select word, beginnings, sum(octet_length(word)) over places as size,
                   sum(octet_length(beginnings)) over places as size_of_beginnings
            from tokens
            -- Tokens contain no quotes. The cast below merges the positions of equal lexemes.
            cross join lateral (
                select '''' || token || ''':' || positions as word,
                       string_agg('''' || left(token, letters) || '*'':' || positions, ' ') as beginnings
                from generate_series(2 - is_sequence::integer, least(length(token) - 1, 32)) as letters
            ) as own
            window places as (order by place)
        )
        select coalesce(
            string_agg(concat_ws(' ', word, case when size_of_beginnings < 300000 then beginnings end), ' '), ''
        )::tsvector
        from lexemes
        where size < 600000
    );
end
$$;

-- Returns the query for terms: words, phrases, or identifiers, whose words must follow each other. Of the terms with
-- the same number in `alternatives`, all must match, except excluded terms, which must not match. The last word of a
-- prefix term matches every word that begins with it. An alternative that has only excluded terms matches nothing.
create function search_query(texts text[], alternatives integer[], are_excluded boolean[], are_prefixes boolean[])
    returns tsquery
    language plpgsql immutable parallel safe
    set jit = off
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (
        with tokens as (
            select number, alternative, is_excluded, is_prefix, token, "position", is_sequence,
                   is_sequence and lag(length(token)) over (partition by number order by "position") > length(token)
                       as is_rest
            from unnest(texts, alternatives, are_excluded, are_prefixes)
                with ordinality as terms (text, alternative, is_excluded, is_prefix, number)
            cross join lateral search_tokens(text) as tokens
        ), distances as (
            select number, alternative, is_excluded, token, "position",
                   "position" - lag("position") over following as distance,
                   case
                       when is_sequence then length(token) < 3
                       else is_prefix and lead("position") over following is null
                   end as is_start
            from tokens
            where is_rest is not true
            window following as (partition by number order by "position")
        ), phrases as (
            select alternative, is_excluded,
                   string_agg(
                       coalesce('<' || distance || '>', '')
                           || format(case when is_start then '(%L | %L)' else '%L' end, token, left(token, 32) || '*'),
                       ' ' order by "position"
                   ) as phrase
            from distances
            group by number, alternative, is_excluded
        ), conjunctions as (
            select string_agg(format(case when is_excluded then '!(%s)' else '(%s)' end, phrase), ' & ') as conjunction
            from phrases
            group by alternative
            having not bool_and(is_excluded)
        )
        select coalesce(string_agg(conjunction, ' | '), '')::tsquery from conjunctions
    );
end
$$;

-- Returns the block of a part on one level. Levels 0 to 3 divide all parts into blocks of 4 thousand, 64 thousand, one
-- million and 16 million, by ordinal. Level 4 is one block. The hash includes the project, so that a block belongs to
-- one project.
create function search_block(project_id uuid, level integer, ordinal bigint) returns bigint
    language sql immutable parallel safe
    return uuid_hash_extended(project_id, case when level < 4 then (ordinal >> (12 + 4 * level)) * 4 + level else -1 end);

-- Returns the blocks of a part on all levels.
create function search_blocks(project_id uuid, ordinal bigint) returns bigint[]
    language sql immutable parallel safe
    return array[
        search_block(project_id, 0, ordinal),
        search_block(project_id, 1, ordinal),
        search_block(project_id, 2, ordinal),
        search_block(project_id, 3, ordinal),
        search_block(project_id, 4, ordinal)
    ];

-- The searchable parts of items. Part 0 is the file name. The other parts are pages or segments, because the words of a
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

-- Serves the search for words within blocks. Every search also reads the list of pending entries, so its limit is low.
create index item_search_words_blocks_idx on item_search using gin (words, blocks) with (gin_pending_list_limit = 128);
-- Serves a search with a filter for a frequent word, newest items first.
create index item_search_project_id_kind_item_id_idx on item_search (project_id, kind, item_id desc);
-- Serves the lookup of the newest part.
create index item_search_ordinal_idx on item_search (ordinal);

-- Returns the part of a query that the index can answer without reading the rows: the words, regardless of their
-- positions. Lexemes contain no `<`.
create function search_indexed(query tsquery) returns tsquery
    language sql immutable parallel safe
    return case
        when numnode(query) = 0 then query
        else regexp_replace(querytree(query), '<(-|\d+)>', '&', 'g')::tsquery
    end;

-- Returns at most `wanted` parts that match, with their rank. They are the newest matches, but in no order within the
-- widest level that was read.
--
-- For phrases, identifiers and excluded words, the index returns only candidates: the parts that contain all words.
-- Each candidate must be read, so only the newest candidates are read, at most three times `wanted`.
--
-- A filter is also checked for each part. If there are many parts and less than about a tenth of them pass the filter,
-- PostgreSQL's statistics decide which index is read next, newest items first. It finds up to `wanted` more parts, some
-- of which were found before.
create function search_candidates(
    project uuid, item_kind text, query tsquery, item_status text, item_domain text, uploader uuid, wanted integer
)
    returns table (item_id uuid, part integer, rank real)
    language plpgsql stable
    -- Starting workers takes longer than most searches. Join methods other than nested loops read all items of the
    -- project.
    set max_parallel_workers_per_gather = 0
    set enable_hashjoin = off
    set enable_mergejoin = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    newest constant bigint := (select max(ordinal) from item_search);
    before bigint := newest + 1;
    indexed constant tsquery := search_indexed(query);
    is_exact constant boolean := indexed::text = query::text;
    is_filtered constant boolean := coalesce(item_status, item_domain, uploader::text) is not null;
    most_read constant bigint := case when is_exact then wanted else 3 * wanted end;
    -- The numbers of parts that may still be read, and that may still be returned.
    readable bigint := most_read;
    remaining integer := wanted;
    readable_part record;
begin
    for level in 0..4 loop
        for readable_part in
            select item_search.item_id, item_search.part, item_search.words,
                   (item_status is null or items.status = item_status)
                   and (uploader is null or items.uploaded_by_id = uploader)
                   and (item_domain is null or exists (
                       select from documents where documents.item_id = items.id and documents.domain = item_domain
                   )) as passes
            from item_search
            join items on items.id = item_search.item_id
            where item_search.project_id = project
              and item_search.kind = item_kind
              and item_search.words @@ indexed
              -- The newest two blocks of the level, since the last one may hold only a few parts yet.
              and item_search.blocks && array[
                  search_block(project, level, newest),
                  search_block(project, level, newest - (1::bigint << (12 + 4 * level)))
              ]
              and item_search.ordinal < before
              and items.deleted_at is null
        loop
            readable := readable - 1;
            if is_filtered and readable_part.passes then
                readable := readable + 10;
            end if;
            if readable_part.passes and (is_exact or readable_part.words @@ query) then
                item_id := readable_part.item_id;
                part := readable_part.part;
                rank := ts_rank(readable_part.words, query);
                return next;
                remaining := remaining - 1;
            end if;
            exit when remaining <= 0 or readable <= 0;
        end loop;
        before := ((newest >> (12 + 4 * level)) - 1) << (12 + 4 * level);
        exit when remaining <= 0 or readable <= 0 or before <= 0;
    end loop;
    if is_filtered and remaining > 0 and readable <= 0 then
        perform set_config('plan_cache_mode', 'force_custom_plan', true);
        return query
            select readable_parts.item_id, readable_parts.part, ts_rank(words, query)
            from (
                select item_search.item_id, item_search.part, item_search.words
                from item_search
                join items on items.id = item_search.item_id
                left join documents on documents.item_id = items.id
                where item_search.project_id = project
                  and item_search.kind = item_kind
                  and item_search.words @@ indexed
                  and item_search.blocks && array[search_block(project, 4, 0)]
                  -- Repeated for each table, so that PostgreSQL can use the index with the filter's column.
                  and items.project_id = project
                  and items.kind = item_kind
                  and items.deleted_at is null
                  and (item_status is null or items.status = item_status)
                  and (item_domain is null or documents.project_id = project and documents.domain = item_domain)
                  and (uploader is null or items.uploaded_by_id = uploader)
                order by item_search.item_id desc
                limit most_read
            ) as readable_parts
            where is_exact or words @@ query
            limit wanted;
    end if;
end
$$;
