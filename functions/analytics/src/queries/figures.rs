//! The SQL statement that reads all figures of a summary.

use sqlx::{PgPool, types::Json};
use time::OffsetDateTime;

use crate::{
    figures::{Bins, DayCounts, Durations, Figures, Read, Total},
    model::{Contributor, DomainCount, Reviewer, Scope},
    window::Window,
};

/// The maximum number of listed domains, contributors and reviewers.
const LISTED: i64 = 20;

/// Reads the buckets and the transitions that are not in a bucket yet in one statement, so that both come from the same
/// snapshot. `$unfolded` is the subquery that reads these transitions.
macro_rules! select_figures {
    ($unfolded:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Figures,
            r#"
            with position as materialized (
                select xid, id from statistics_cursor limit 1
            ), unfolded as materialized (
                select facts.* from position cross join lateral ("# + $unfolded + r#") as facts
            ), parts as materialized (
                -- Few ranges of an index each: `offset 0` keeps them from being joined any other way.
                select *
                from unnest($1::uuid[]) as scope (project_id)
                cross join unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) as part (grain, since, until)
            ), totals as (
                select kind, status, items from statistics_totals where project_id = any($1)
                union all
                select kind, delta.status, delta.items
                from unfolded
                cross join lateral (values (from_status, -1), (to_status, 1)) as delta (status, items)
                where from_status is distinct from to_status and delta.status is not null and delta.status <> 'deleted'
            ), happened as (
                select starts_at as at, uploaded, processed, failed, approved, rejected
                from statistics_counts
                where project_id = any($1) and grain = $3
                  and starts_at >= ($2::timestamptz[])[1] and starts_at < ($2::timestamptz[])[cardinality($2::timestamptz[])]
                union all
                select at, uploaded, processed, failed, approved, rejected
                from unfolded
                where at >= ($2::timestamptz[])[1] and at < ($2::timestamptz[])[cardinality($2::timestamptz[])]
            ), read as (
                select bucket.*
                from parts
                cross join lateral (
                    select kind, pages, voice_milliseconds, confidence_millionths, confidence_count
                    from statistics_counts
                    where project_id = parts.project_id and grain = parts.grain
                      and starts_at >= parts.since and starts_at < parts.until
                    offset 0
                ) as bucket
                where parts.grain <> 'hour'
                union all
                select kind, coalesce(pages, 0), coalesce(voice_milliseconds, 0), coalesce(confidence_millionths, 0),
                       (confidence_millionths is not null)::integer
                from unfolded
                where at >= ($2::timestamptz[])[1]
            ), histograms as (
                select bucket.*
                from parts
                cross join lateral (
                    select statistics_durations.milestone, bins
                    from statistics_durations
                    where project_id = parts.project_id and grain = parts.grain
                      and starts_at >= parts.since and starts_at < parts.until
                    offset 0
                ) as bucket
            ), took as (
                select took.milestone, duration_bin(took.seconds) as bin
                from unfolded
                cross join lateral (
                    values ('text', seconds_to_text), ('decision', seconds_to_decision)
                ) as took (milestone, seconds)
                where took.seconds is not null and at >= bucket_start('hour', ($2::timestamptz[])[1])
            ), people as materialized (
                select user_id, sum(uploaded)::bigint as uploaded, sum(approved)::bigint as approved,
                       sum(rejected)::bigint as rejected
                from (
                    select bucket.*
                    from parts
                    cross join lateral (
                        select user_id, uploaded, approved, rejected
                        from statistics_people
                        where project_id = parts.project_id and grain = parts.grain
                          and starts_at >= parts.since and starts_at < parts.until
                        offset 0
                    ) as bucket
                    union all
                    select coalesce(uploader_id, reviewer_id), uploaded, approved, rejected
                    from unfolded
                    where coalesce(uploader_id, reviewer_id) is not null
                      and at >= bucket_start('hour', ($2::timestamptz[])[1])
                ) as did
                group by user_id
            ), moved_domains as materialized (
                select delta.domain, sum(delta.documents) as documents
                from unfolded
                cross join lateral (
                    values (gains_domain, unfolded.domain, 1), (loses_domain, domain_before, -1)
                ) as delta (applies, domain, documents)
                where delta.applies
                group by delta.domain
            ), candidates as (
                select frequent.domain
                from unnest($1::uuid[]) as scope (project_id)
                cross join lateral (
                    select domain
                    from statistics_domains
                    where statistics_domains.project_id = scope.project_id and documents <> 0
                    order by documents desc
                    limit 100
                ) as frequent
                union
                select domain from moved_domains
            ), domains as (
                select candidates.domain,
                       coalesce(case
                           when candidates.domain is null then (
                               select sum(documents) from statistics_domains
                               where project_id = any($1) and statistics_domains.domain is null
                           )
                           else (
                               select sum(documents) from statistics_domains
                               where project_id = any($1) and statistics_domains.domain = candidates.domain
                           )
                       end, 0)
                       + coalesce((
                           select documents from moved_domains
                           where moved_domains.domain is not distinct from candidates.domain
                       ), 0) as documents
                from candidates
            )
            select (
                       select coalesce(json_agg(sums), '[]')
                       from (select kind, status, sum(items)::bigint as items from totals group by kind, status) as sums
                   ) as "totals!: Json<Vec<Total>>",
                   (
                       select coalesce(json_agg(sums), '[]')
                       from (
                           select width_bucket(at, $2) as day, sum(uploaded)::bigint as uploaded,
                                  sum(processed)::bigint as processed, sum(failed)::bigint as failed,
                                  sum(approved)::bigint as approved, sum(rejected)::bigint as rejected
                           from happened
                           group by width_bucket(at, $2)
                       ) as sums
                   ) as "days!: Json<Vec<DayCounts>>",
                   (
                       select coalesce(json_agg(sums), '[]')
                       from (
                           select kind, sum(pages)::bigint as pages, sum(voice_milliseconds)::bigint as voice_milliseconds,
                                  sum(confidence_millionths)::bigint as confidence_millionths,
                                  sum(confidence_count)::bigint as confidence_count
                           from read
                           group by kind
                       ) as sums
                   ) as "read!: Json<Vec<Read>>",
                   (
                       select coalesce(json_agg(histograms), '[]') from histograms
                   ) as "histograms!: Json<Vec<Bins>>",
                   (
                       select coalesce(json_agg(took), '[]') from took
                   ) as "unfolded_durations!: Json<Vec<Durations>>",
                   (
                       select coalesce(json_agg(listed), '[]')
                       from (
                           select domain, documents::bigint as documents
                           from domains
                           where documents <> 0
                           order by documents desc, domain
                           limit $7
                       ) as listed
                   ) as "domains!: Json<Vec<DomainCount>>",
                   (
                       select coalesce(json_agg(listed), '[]')
                       from (
                           select people.user_id, users.display_name, people.uploaded
                           from people
                           left join users on users.id = people.user_id and users.deleted_at is null
                           where people.uploaded > 0
                           order by people.uploaded desc, people.user_id
                           limit $7
                       ) as listed
                   ) as "contributors!: Json<Vec<Contributor>>",
                   (
                       select coalesce(json_agg(listed), '[]')
                       from (
                           select people.user_id, users.display_name, people.approved, people.rejected
                           from people
                           left join users on users.id = people.user_id and users.deleted_at is null
                           where people.approved + people.rejected > 0
                           order by people.approved + people.rejected desc, people.user_id
                           limit $7
                       ) as listed
                   ) as "reviewers!: Json<Vec<Reviewer>>"
            "#,
            $($argument),*
        )
    };
}

/// Returns the activity in the window and the current totals. If `maintenance` has not filled the buckets for a long
/// time, the limits keep the query fast, and the figures lag behind. They also keep the planner's cost estimate below
/// the threshold of JIT compilation.
pub(crate) async fn figures(db: &PgPool, scope: &Scope, window: &Window) -> Result<Figures, sqlx::Error> {
    let buckets = scope.buckets();
    let grains: Vec<&str> = window.parts.iter().map(|part| part.grain).collect();
    let since: Vec<OffsetDateTime> = window.parts.iter().map(|part| part.since).collect();
    let until: Vec<OffsetDateTime> = window.parts.iter().map(|part| part.until).collect();
    match scope {
        Scope::Platform => {
            select_figures!(
                "select *
             from item_facts
             where (item_facts.xid, item_facts.id) > (position.xid, position.id)
             order by item_facts.xid, item_facts.id
             limit 10000",
                &buckets,
                &window.bounds,
                window.grain(),
                &grains as _,
                &since,
                &until,
                LISTED,
            )
            .fetch_one(db)
            .await
        }
        Scope::Project(_) | Scope::Administered(_) => {
            select_figures!(
                "select item_facts.*
                 from unnest($1::uuid[]) as scope (project_id)
                 cross join lateral (
                     select * from item_facts
                     where item_facts.project_id = scope.project_id
                       and (item_facts.xid, item_facts.id) > (position.xid, position.id)
                     order by item_facts.xid, item_facts.id
                     limit 2000
                 ) as item_facts",
                &buckets,
                &window.bounds,
                window.grain(),
                &grains as _,
                &since,
                &until,
                LISTED,
            )
            .fetch_one(db)
            .await
        }
    }
}
