-- Statistics: transitions folded into buckets, so that the cost of a summary does not depend on the number of items.

-- The contribution of each transition. It depends only on the transition's own row, because items are deleted but their
-- transitions stay. A transition from a status to itself is a change of a document's domain.
create view item_facts as
select xid, id, project_id, kind, at, from_status, to_status,
       date_bin('15 minutes', at, '1970-01-01 00:00:00+00') as quarter_hour,
       (to_status = 'processing'
           and (from_status in ('draft', 'rejected') or from_status = 'failed' and details ? 'uploaded_by_id'))::integer
           as uploaded,
       (from_status = 'processing' and to_status in ('pending_review', 'approved'))::integer as processed,
       (from_status = 'processing' and to_status = 'failed')::integer as failed,
       (from_status in ('processing', 'pending_review') and to_status = 'approved')::integer as approved,
       (from_status = 'pending_review' and to_status = 'rejected')::integer as rejected,
       -- The types are checked before the cast: a value of another type counts as absent instead of stopping the fold.
       case when kind = 'document' and from_status = 'processing' and jsonb_typeof(details -> 'parts') = 'number'
           then (details ->> 'parts')::numeric end as pages,
       case when jsonb_typeof(details -> 'duration_seconds') = 'number'
           then round((details ->> 'duration_seconds')::numeric * 1000) end as voice_milliseconds,
       case when jsonb_typeof(details -> 'confidence') = 'number'
           then round((details ->> 'confidence')::numeric * 1000000) end as confidence_millionths,
       case when jsonb_typeof(details -> 'seconds_to_text') = 'number'
           then (details ->> 'seconds_to_text')::double precision end as seconds_to_text,
       case when jsonb_typeof(details -> 'seconds_to_decision') = 'number'
           then (details ->> 'seconds_to_decision')::double precision end as seconds_to_decision,
       case when to_status = 'processing' then (details ->> 'uploaded_by_id')::uuid end as uploader_id,
       case when from_status = 'pending_review' and to_status in ('approved', 'rejected') then actor_user_id end
           as reviewer_id,
       -- True if a document joins `domain`, and if it leaves `domain_before`.
       kind = 'document' and (from_status is null or details ? 'domain') as gains_domain,
       kind = 'document' and (to_status = 'deleted' or from_status = to_status and details ? 'domain') as loses_domain,
       details ->> 'domain' as domain,
       details ->> 'domain_before' as domain_before
from item_transitions;

-- Returns the bin of a duration. Each bin is a tenth wider than the previous bin, so that its middle is within 5% of
-- every value in it. The first bin ends at a tenth of a second. The last bin begins at 24.8 years and has no end.
create function duration_bin(seconds double precision) returns integer
    language sql immutable parallel safe
    return case when seconds > 0.1 then least(ceil(ln(seconds / 0.1) / ln(1.1)), 240)::integer else 0 end;

-- Returns the start of the quarter-hour, hour, day or month (UTC) that contains a time.
create function bucket_start(grain text, at timestamptz) returns timestamptz
    language sql immutable parallel safe
    return case grain
        when 'quarter_hour' then date_bin('15 minutes', at, '1970-01-01 00:00:00+00')
        when 'hour' then date_bin('1 hour', at, '1970-01-01 00:00:00+00')
        when 'day' then date_bin('1 day', at, '1970-01-01 00:00:00+00')
        else date_trunc('month', at at time zone 'UTC') at time zone 'UTC'
    end;

-- Returns the sum of two histograms.
create function add_bins(one integer[], two integer[]) returns integer[]
    language sql immutable parallel safe
    return (
        select array_agg(coalesce(counts.one, 0) + coalesce(counts.two, 0) order by counts.n)
        from unnest(add_bins.one, add_bins.two) with ordinality as counts (one, two, n)
    );

-- Adds a number of items to one bin of a histogram.
create function add_to_bin(bins integer[], bin integer, items integer) returns integer[]
    language plpgsql immutable parallel safe
as $$
begin
    if bin >= cardinality(bins) then
        bins := bins || array_fill(0, array[bin + 1 - cardinality(bins)]);
    end if;
    bins[bin + 1] := bins[bin + 1] + items;
    return bins;
end
$$;

-- The histogram of rows with a bin and a number.
create aggregate histogram(bin integer, items integer) (sfunc = add_to_bin, stype = integer[], initcond = '{}');

-- The position up to which transitions are folded. It changes in the transaction that changes the buckets, and its lock
-- admits one fold at a time.
create table statistics_cursor (
    xid bigint not null,
    id bigint not null,
    only_row boolean not null default true,
    constraint statistics_cursor_pkey primary key (only_row),
    -- With the primary key, this admits only one row.
    constraint statistics_cursor_only_row_check check (only_row)
);
insert into statistics_cursor (xid, id) values (0, 0);

-- In the following tables the nil UUID stands for the whole platform in place of a project. A fold repeatedly changes
-- the counts of recent rows, but none of their indexed columns: with the free space on each page, it does not update
-- the indexes (HOT).

-- The counts within a quarter-hour, hour, day or month. The offsets of time zones are multiples of quarter-hours. With
-- the longer periods, a year takes few rows.
create table statistics_counts (
    project_id uuid not null,
    grain text not null,
    starts_at timestamptz not null,
    kind text not null,
    uploaded bigint not null,
    processed bigint not null,
    failed bigint not null,
    approved bigint not null,
    rejected bigint not null,
    pages bigint not null,
    voice_milliseconds bigint not null,
    -- The sum of confidences, and the number of items that have a confidence.
    confidence_millionths bigint not null,
    confidence_count bigint not null,
    constraint statistics_counts_pkey primary key (project_id, grain, starts_at, kind),
    constraint statistics_counts_grain_check check (grain in ('quarter_hour', 'hour', 'day', 'month'))
)
with (fillfactor = 70);

-- The durations from an upload to its text, and from the text to a decision.
create table statistics_durations (
    project_id uuid not null,
    grain text not null,
    starts_at timestamptz not null,
    kind text not null,
    milestone text not null,
    -- The number of items in each `duration_bin`, up to the last bin that is not empty.
    bins integer[] not null,
    constraint statistics_durations_pkey primary key (project_id, grain, starts_at, kind, milestone),
    constraint statistics_durations_grain_check check (grain in ('hour', 'day', 'month')),
    constraint statistics_durations_milestone_check check (milestone in ('text', 'decision'))
)
with (fillfactor = 70);

-- Uploads and decisions of each user.
create table statistics_people (
    project_id uuid not null,
    grain text not null,
    starts_at timestamptz not null,
    user_id uuid not null,
    uploaded bigint not null,
    approved bigint not null,
    rejected bigint not null,
    constraint statistics_people_pkey primary key (project_id, grain, starts_at, user_id),
    constraint statistics_people_grain_check check (grain in ('hour', 'day', 'month'))
)
with (fillfactor = 70);

-- The current number of items by kind and status.
create table statistics_totals (
    project_id uuid not null,
    kind text not null,
    status text not null,
    items bigint not null,
    constraint statistics_totals_pkey primary key (project_id, kind, status)
)
with (fillfactor = 70);

-- The current number of documents by domain.
create table statistics_domains (
    project_id uuid not null,
    -- Null for documents without a domain.
    domain text,
    documents bigint not null,
    constraint statistics_domains_project_id_domain_key unique nulls not distinct (project_id, domain)
);

-- Serves the most frequent domains of a project.
create index statistics_domains_documents_idx on statistics_domains (project_id, documents desc) where documents <> 0;
-- Serves the removal of domains that no longer have a document.
create index statistics_domains_empty_idx on statistics_domains (project_id) where documents = 0;

-- The contribution of the transitions after one position, and up to another position, to each table. Used for folding
-- the newest transitions, and for recomputing a table from all transitions.

create function counts_between(after_xid bigint, after_id bigint, until_xid bigint, until_id bigint)
    returns setof statistics_counts
    language sql stable
as $$
    select scope.project_id, grain.name, bucket_start(grain.name, quarter_hour), kind,
           sum(uploaded)::bigint, sum(processed)::bigint, sum(failed)::bigint, sum(approved)::bigint,
           sum(rejected)::bigint, sum(pages)::bigint, sum(voice_milliseconds)::bigint,
           sum(confidence_millionths)::bigint, sum(confidence_count)::bigint
    from (
        select project_id, quarter_hour, kind, sum(uploaded) as uploaded, sum(processed) as processed,
               sum(failed) as failed, sum(approved) as approved, sum(rejected) as rejected,
               coalesce(sum(pages), 0) as pages,
               coalesce(sum(voice_milliseconds), 0) as voice_milliseconds,
               coalesce(sum(confidence_millionths), 0) as confidence_millionths,
               count(confidence_millionths) as confidence_count
        from item_facts
        where (xid, id) > (after_xid, after_id) and (xid, id) <= (until_xid, until_id)
          and uploaded + processed + failed + approved + rejected > 0
        group by project_id, quarter_hour, kind
    ) as quarter_hours
    cross join lateral (
        values (quarter_hours.project_id), ('00000000-0000-0000-0000-000000000000'::uuid)
    ) as scope (project_id)
    cross join (values ('quarter_hour'), ('hour'), ('day'), ('month')) as grain (name)
    group by scope.project_id, grain.name, bucket_start(grain.name, quarter_hour), kind
$$;

create function durations_between(after_xid bigint, after_id bigint, until_xid bigint, until_id bigint)
    returns setof statistics_durations
    language sql stable
as $$
    select scope.project_id, grain.name, bucket_start(grain.name, hour), kind, milestone, histogram(bin, items)
    from (
        select project_id, bucket_start('hour', at) as hour, kind, took.milestone, duration_bin(took.seconds) as bin,
               count(*)::integer as items
        from item_facts
        cross join lateral (
            values ('text', seconds_to_text), ('decision', seconds_to_decision)
        ) as took (milestone, seconds)
        where (xid, id) > (after_xid, after_id) and (xid, id) <= (until_xid, until_id) and took.seconds is not null
        group by project_id, bucket_start('hour', at), kind, took.milestone, duration_bin(took.seconds)
    ) as hours
    cross join lateral (
        values (hours.project_id), ('00000000-0000-0000-0000-000000000000'::uuid)
    ) as scope (project_id)
    cross join (values ('hour'), ('day'), ('month')) as grain (name)
    group by scope.project_id, grain.name, bucket_start(grain.name, hour), kind, milestone
$$;

create function people_between(after_xid bigint, after_id bigint, until_xid bigint, until_id bigint)
    returns setof statistics_people
    language sql stable
as $$
    select scope.project_id, grain.name, bucket_start(grain.name, hour), user_id,
           sum(uploaded)::bigint, sum(approved)::bigint, sum(rejected)::bigint
    from (
        select project_id, bucket_start('hour', at) as hour, coalesce(uploader_id, reviewer_id) as user_id, sum(uploaded) as uploaded,
               sum(approved) as approved, sum(rejected) as rejected
        from item_facts
        where (xid, id) > (after_xid, after_id) and (xid, id) <= (until_xid, until_id)
          and coalesce(uploader_id, reviewer_id) is not null
        group by project_id, bucket_start('hour', at), coalesce(uploader_id, reviewer_id)
    ) as hours
    cross join lateral (
        values (hours.project_id), ('00000000-0000-0000-0000-000000000000'::uuid)
    ) as scope (project_id)
    cross join (values ('hour'), ('day'), ('month')) as grain (name)
    group by scope.project_id, grain.name, bucket_start(grain.name, hour), user_id
$$;

create function totals_between(after_xid bigint, after_id bigint, until_xid bigint, until_id bigint)
    returns setof statistics_totals
    language sql stable
as $$
    select scope.project_id, kind, status, sum(items)::bigint
    from (
        select project_id, kind, moved.status, sum(moved.items) as items
        from item_facts
        cross join lateral (values (from_status, -1), (to_status, 1)) as moved (status, items)
        where (xid, id) > (after_xid, after_id) and (xid, id) <= (until_xid, until_id)
          and from_status is distinct from to_status and moved.status is not null and moved.status <> 'deleted'
        group by project_id, kind, moved.status
    ) as projects
    cross join lateral (
        values (projects.project_id), ('00000000-0000-0000-0000-000000000000'::uuid)
    ) as scope (project_id)
    group by scope.project_id, kind, status
$$;

create function domains_between(after_xid bigint, after_id bigint, until_xid bigint, until_id bigint)
    returns setof statistics_domains
    language sql stable
as $$
    select scope.project_id, domain, sum(documents)::bigint
    from (
        select project_id, moved.domain, sum(moved.documents) as documents
        from item_facts
        cross join lateral (
            values (gains_domain, item_facts.domain, 1), (loses_domain, domain_before, -1)
        ) as moved (holds, domain, documents)
        where (xid, id) > (after_xid, after_id) and (xid, id) <= (until_xid, until_id) and moved.holds
        group by project_id, moved.domain
    ) as projects
    cross join lateral (
        values (projects.project_id), ('00000000-0000-0000-0000-000000000000'::uuid)
    ) as scope (project_id)
    group by scope.project_id, domain
    having sum(documents) <> 0
$$;
