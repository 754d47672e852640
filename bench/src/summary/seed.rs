//! Seeds many items with their transitions, and the statistics buckets of these transitions.

use shared::base::ids::{ProjectId, UserId};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::{Result, growth::seed::drop_indexes};

/// The number of items per insert statement.
const BATCH: i64 = 250_000;
/// The number of last items, whose transitions are left for maintenance to fold.
const LEFT: i64 = 5_000;

/// The items `$1..$2` of `$3`, spread over the last year. `$4` is the large project.
const ITEMS: &str = "
    with numbered as materialized (
        select n, at,
               (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5('item' || n), 1, 3)
                   || '8' || substr(md5('item' || n), 4, 15))::uuid as id,
               case when n % 10 <> 0 then $4 else md5('project' || n / 10 % 100)::uuid end as project_id,
               md5('user' || n % 50)::uuid as uploaded_by_id, md5('user' || n % 17)::uuid as reviewer_id,
               case when n % 5 = 2 then 'voice' else 'document' end as kind,
               case when chance < 0.70 then 'approved' when chance < 0.85 then 'pending_review'
                    when chance < 0.90 then 'rejected' when chance < 0.95 then 'failed'
                    when chance < 0.96 then 'processing' else 'draft' end as status,
               'domain' || power(20::float8, chance)::integer as domain, chance
        from (
            select n, now() - make_interval(secs => ($3 - n) * (365 * 86400.0 / $3)) as at, random() as chance
            from generate_series($1, $2 - 1) as n
        ) as numbers
    ), made as (
        insert into items
            (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status, failure_code,
             failure_message, generation, attempt, text_attempt, confidence, created_at, processed_at, version)
        select id, project_id, uploaded_by_id, kind, 'scan ' || n, 'application/pdf', 100000, status,
               case status when 'failed' then 'unreadable' end, case status when 'failed' then 'It is broken.' end,
               case when status <> 'draft' then n end, 1, 1, chance, at, at + interval '20 seconds',
               case status when 'draft' then 1 when 'processing' then 2 when 'approved' then 4 when 'rejected' then 4
                    else 3 end
        from numbered
    ), made_documents as (
        insert into documents (item_id, project_id, domain, page_count)
        select id, project_id, domain, 3 from numbered where kind = 'document'
    ), made_samples as (
        insert into voice_samples (item_id, duration_seconds) select id, 60 from numbered where kind = 'voice'
    )
    insert into item_transitions
        (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at, details)
    select id, project_id, kind, from_status, to_status, version, actor, at + after, details
    from numbered
    cross join lateral (
        select null as from_status, 'draft' as to_status, 1 as version, uploaded_by_id as actor,
               interval '0' as after,
               case kind when 'document' then jsonb_build_object('domain', domain) else '{}' end as details
        union all
        select 'draft', 'processing', 2, null, interval '5 seconds',
               jsonb_build_object('upload_no', 1, 'uploaded_by_id', uploaded_by_id)
        where status <> 'draft'
        union all
        select 'processing', case status when 'failed' then status else 'pending_review' end, 3, null,
               interval '20 seconds',
               case status when 'failed' then '{\"attempt\": 1, \"code\": \"unreadable\"}'::jsonb
               else jsonb_build_object('attempt', 1, 'parts', 3, 'confidence', round(chance::numeric, 3),
                                       'duration_seconds', 60, 'seconds_to_text', 5 + chance * 40) end
        where status not in ('draft', 'processing')
        union all
        select 'pending_review', status, 4, reviewer_id, make_interval(secs => chance * 90000),
               jsonb_build_object('seconds_to_decision', chance * 90000)
        where status in ('approved', 'rejected')
    ) as steps";

/// Fills a database that holds only its admins and a project. Returns the number of transitions left to fold.
pub(super) async fn seed(db: &PgPool, items: i64, large: ProjectId, admin: UserId) -> Result<i64> {
    let mut db = db.acquire().await?.detach();
    // The inserted rows refer to existing ones, and building the indexes at the end is faster.
    for setting in
        ["session_replication_role = replica", "maintenance_work_mem = '512MB'", "work_mem = '128MB'"]
    {
        sqlx::raw_sql(AssertSqlSafe(format!("set {setting}"))).execute(&mut db).await?;
    }
    sqlx::query("select setseed(0.5)").execute(&mut db).await?;
    sqlx::query(
        "with people as (
             insert into users (id, email, display_name, email_verified_at, created_at)
             select md5('user' || n)::uuid, 'user' || n || '@example.org', 'User ' || n, now(), now()
             from generate_series(0, 49) as n
         )
         insert into projects (id, name, created_by_id, created_at, updated_at)
         select md5('project' || n)::uuid, 'Project ' || n, $1, now(), now() from generate_series(0, 99) as n",
    )
    .bind(admin)
    .execute(&mut db)
    .await?;
    let indexes = drop_indexes(&mut db, &["items", "documents", "item_transitions"]).await?;
    let mut from = 0;
    let mut folded = None;
    while from < items {
        // The last items are inserted in a separate transaction.
        let end = if from < items - LEFT { items - LEFT } else { items };
        let to = end.min(from + BATCH);
        if to == items {
            let last = "select xid, id from item_transitions order by id desc limit 1";
            folded = sqlx::query_as::<_, (i64, i64)>(last).fetch_optional(&mut db).await?;
        }
        sqlx::query(ITEMS).bind(from).bind(to).bind(items).bind(large).execute(&mut db).await?;
        from = to;
    }
    for definition in indexes {
        sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut db).await?;
    }
    sqlx::raw_sql("analyze").execute(&mut db).await?;
    let (xid, id) = folded.ok_or("there are too few items")?;
    fold_until(&mut db, xid, id).await?;
    sqlx::raw_sql("vacuum analyze").execute(&mut db).await?;
    let left = "select count(*) from item_transitions where (xid, id) > ($1, $2)";
    let left: i64 = sqlx::query_scalar(left).bind(xid).bind(id).fetch_one(&mut db).await?;
    sqlx::Connection::close(db).await?;
    Ok(left)
}

/// Folds all transitions into the statistics.
pub(crate) async fn fold(db: &mut PgConnection) -> Result<()> {
    let last = "select xid, id from item_transitions order by xid desc, id desc limit 1";
    let (xid, id) = sqlx::query_as(last).fetch_one(&mut *db).await?;
    fold_until(db, xid, id).await
}

/// Adds the result of one large fold directly, since maintenance would take long.
async fn fold_until(db: &mut PgConnection, xid: i64, id: i64) -> Result<()> {
    for bucket in ["counts", "durations", "people", "totals", "domains"] {
        let all = format!("insert into statistics_{bucket} select * from {bucket}_between(0, 0, $1, $2)");
        sqlx::query(AssertSqlSafe(all)).bind(xid).bind(id).execute(&mut *db).await?;
    }
    sqlx::query("update statistics_cursor set xid = $1, id = $2").bind(xid).bind(id).execute(db).await?;
    Ok(())
}
