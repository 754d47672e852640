//! Seeds many items with texts in which some words are frequent and most are rare, as in natural language.

use shared::base::ids::ProjectId;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::{Result, tenants::User};

/// A word in the text of sixty items, whatever the total.
pub(super) const RARE: &str = "marginalia";
/// A phrase in twelve percent of the items. Another twelve percent hold its words in a different order or apart.
pub(super) const PHRASE: &str = "annual report";

/// Sequences of letters in twenty percent of the items each, in scripts that are written without spaces.
pub(super) const UNSPACED: [&str; 2] = ["告書の概", "งานประจำ"];

/// The number of items per insert statement.
const BATCH: i64 = 50_000;

/// The statement that inserts the items `$1..$2` of `$3`. `$4` is the large project, `$5` one of a hundred items, `$6`
/// an uploader.
/// The n-th word of the vocabulary is 1/n as frequent as the first (Zipf).
const ITEMS: &str = "
    with numbered as materialized (
        select n, at, filename, draws.status,
               (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5('item' || n), 1, 3)
                   || '8' || substr(md5('item' || n), 4, 15))::uuid as id,
               case when n % ($3 / 100) = 0 then $5 when n % 10 <> 0 then $4
                    else md5('project' || n / 10 % 100)::uuid end as project_id,
               case when n % 50 = 7 then $6 else md5('user' || n % 50)::uuid end as uploaded_by_id,
               case when draw < 0.8 then 'domain' || power(20::float8, draw / 0.8)::integer end as domain,
               text
        from (
            select n, now() - make_interval(secs => $3 - n) as at, random() as draw,
                   'scan ' || n || ' word' || power(50000::float8, random())::integer || '.pdf' as filename,
                   case when chance < 0.70 then 'approved' when chance < 0.85 then 'pending_review'
                        when chance < 0.90 then 'rejected' when chance < 0.95 then 'failed'
                        when chance < 0.96 then 'processing' else 'draft' end as status
            from (select n, random() as chance from generate_series($1, $2 - 1) as n) as chances
        ) as draws
        cross join lateral (
            select string_agg('word' || power(50000::float8, random() + 0 * w)::integer, ' ')
                   || case when n % 50 in (1, 6, 11, 16, 21, 26) then ' annual report'
                           when n % 50 in (2, 7, 12) then ' report annual'
                           when n % 50 in (3, 8, 13) then ' annual word1 report' else '' end
                   || case n % 5 when 4 then ' 二〇二四年度報告書の概要' when 3 then ' รายงานประจำปีของบริษัท' else '' end
                   || case when n % 10 <> 0 and (n - 1) % ($3 / 60) = 0 then ' marginalia' else '' end as text
            from generate_series(1, 40) as w
        ) as texts
    ), made as (
        insert into items
            (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status, failure_code,
             failure_message, generation, attempt, text_attempt, confidence, created_at, version)
        select id, project_id, uploaded_by_id, 'document', filename, 'application/pdf', 100000, status,
               case status when 'failed' then 'unreadable' end, case status when 'failed' then 'It is broken.' end,
               case when status <> 'draft' then n end, 1, 1, 0.9, at, 3
        from numbered
    ), made_documents as (
        insert into documents (item_id, project_id, domain, page_count) select id, project_id, domain, 1 from numbered
    ), made_pages as (
        insert into item_parts (item_id, attempt, number, text, confidence, layout)
        select id, 1, 1, text, 0.9, '[]' from numbered
    )
    insert into item_search (item_id, part, project_id, kind, words)
    select id, 0, project_id, 'document', search_words(filename) from numbered
    union all
    select id, 1, project_id, 'document', search_words(text) from numbered";

/// Fills a database that holds only the reader and two projects.
pub(super) async fn seed(
    db: &PgPool,
    items: i64,
    reader: &User,
    large: ProjectId,
    small: ProjectId,
) -> Result<()> {
    let mut db = db.acquire().await?.detach();
    // The inserted rows refer to existing ones, and building the indexes at the end is faster.
    for setting in ["session_replication_role = replica", "maintenance_work_mem = '512MB'"] {
        sqlx::raw_sql(AssertSqlSafe(format!("set {setting}"))).execute(&mut db).await?;
    }
    sqlx::raw_sql(
        "select setseed(0.5);
         insert into users (id, email, email_verified_at, created_at)
         select md5('user' || n)::uuid, 'user' || n || '@example.org', now(), now() from generate_series(0, 49) as n;
         insert into projects (id, name, created_by_id, created_at, updated_at)
         select md5('project' || n)::uuid, 'Project ' || n, md5('user0')::uuid, now(), now()
         from generate_series(0, 99) as n",
    )
    .execute(&mut db)
    .await?;
    let tables = ["items", "documents", "item_parts", "item_search"];
    let indexes = drop_indexes(&mut db, &tables).await?;
    let mut from = 0;
    while from < items {
        let to = items.min(from + BATCH);
        let insert = sqlx::query(ITEMS).bind(from).bind(to).bind(items);
        insert.bind(large).bind(small).bind(reader.id).execute(&mut db).await?;
        from = to;
    }
    for definition in indexes {
        sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut db).await?;
    }
    sqlx::raw_sql("vacuum analyze").execute(&mut db).await?;
    sqlx::Connection::close(db).await?;
    Ok(())
}

/// Drops every index of these tables that no constraint needs. Returns the statements that create them again.
pub(crate) async fn drop_indexes(db: &mut PgConnection, tables: &[&str]) -> Result<Vec<String>> {
    let indexes = "
        select indexname, indexdef from pg_indexes
        where schemaname = 'public' and tablename = any($1)
          and indexname not in (select conname from pg_constraint)";
    let indexes: Vec<(String, String)> = sqlx::query_as(indexes).bind(tables).fetch_all(&mut *db).await?;
    let mut definitions = Vec::new();
    for (name, definition) in indexes {
        sqlx::raw_sql(AssertSqlSafe(format!("drop index {name}"))).execute(&mut *db).await?;
        definitions.push(definition);
    }
    Ok(definitions)
}
