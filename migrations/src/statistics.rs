//! Recomputes the statistics of all projects that are not purged from the transitions, and compares them with the
//! incrementally folded statistics.
//!
//! The database does the work, so this process needs little memory. Folding waits meanwhile, and readers see the old
//! buckets until the end.

use sqlx::{PgConnection, PgPool, types::Uuid};

/// The number of example buckets for each table that differs.
const SHOWN: i64 = 10;

/// A table whose buckets do not match the transitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the table.
    pub table: &'static str,
    /// The number of its buckets that differ, are missing, or should not exist.
    pub buckets: i64,
    /// Some of these buckets, as folded and as recomputed.
    pub examples: Vec<(Option<String>, Option<String>)>,
}

/// A row of the comparison of a table.
struct Row {
    folded: Option<String>,
    recomputed: Option<String>,
    buckets: i64,
}

/// Compares a table with the transitions up to the cursor, by the key of its buckets.
macro_rules! compare {
    ($table:literal, $computed:literal, $on:literal, $where:literal, $db:expr, $cursor:expr, $projects:expr) => {{
        let rows = sqlx::query_as!(
            Row,
            r#"
            select to_jsonb(folded)::text as folded, to_jsonb(recomputed)::text as recomputed,
                   count(*) over () as "buckets!"
            from (select * from "#
                + $table
                + $where
                + ") as folded full join (select * from "
                + $computed
                + "(0, 0, $1, $2) where project_id = any($4)) as recomputed on "
                + $on
                + " where folded is distinct from recomputed limit $3",
            $cursor.xid,
            $cursor.id,
            SHOWN,
            $projects,
        )
        .fetch_all(&mut *$db)
        .await?;
        rows.first().map(|row| row.buckets).map(|buckets| Difference {
            table: $table,
            buckets,
            examples: rows.into_iter().map(|row| (row.folded, row.recomputed)).collect(),
        })
    }};
}

/// Replaces a table's buckets with the buckets computed from the transitions up to the cursor.
macro_rules! replace {
    ($table:literal, $computed:literal, $db:expr, $cursor:expr, $projects:expr) => {{
        sqlx::query!("delete from " + $table).execute(&mut *$db).await?;
        sqlx::query!(
            "insert into "
                + $table
                + " select * from "
                + $computed
                + "(0, 0, $1, $2) where project_id = any($3)",
            $cursor.xid,
            $cursor.id,
            $projects,
        )
        .execute(&mut *$db)
        .await?;
    }};
}

/// The position up to which transitions are folded.
struct Cursor {
    xid: i64,
    id: i64,
}

/// Returns the tables whose buckets do not match the transitions. With `repair`, also corrects them.
///
/// # Errors
/// When a query fails.
pub async fn recompute(pool: &PgPool, repair: bool) -> Result<Vec<Difference>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let cursor = sqlx::query_as!(Cursor, "select xid, id from statistics_cursor for update")
        .fetch_one(&mut *tx)
        .await?;
    // The purge deletes the statistics of a project, the totals last. Its transitions stay.
    let projects = sqlx::query_scalar!(
        r#"
        select project_id as "id!" from statistics_totals
        union
        select id from projects where deleted_at is null
        union
        select '00000000-0000-0000-0000-000000000000'
        "#
    )
    .fetch_all(&mut *tx)
    .await?;
    let differences = differences(&mut tx, &cursor, &projects).await?;
    if repair && !differences.is_empty() {
        replace(&mut tx, &cursor, &projects).await?;
    }
    tx.commit().await?;
    Ok(differences)
}

async fn differences(
    db: &mut PgConnection,
    cursor: &Cursor,
    projects: &[Uuid],
) -> Result<Vec<Difference>, sqlx::Error> {
    let found = [
        compare!(
            "statistics_counts",
            "counts_between",
            "(folded.project_id, folded.grain, folded.starts_at, folded.kind)
             = (recomputed.project_id, recomputed.grain, recomputed.starts_at, recomputed.kind)",
            "",
            db,
            cursor,
            projects
        ),
        compare!(
            "statistics_durations",
            "durations_between",
            "(folded.project_id, folded.grain, folded.starts_at, folded.kind, folded.milestone)
             = (recomputed.project_id, recomputed.grain, recomputed.starts_at, recomputed.kind, recomputed.milestone)",
            "",
            db,
            cursor,
            projects
        ),
        compare!(
            "statistics_people",
            "people_between",
            "(folded.project_id, folded.grain, folded.starts_at, folded.user_id)
             = (recomputed.project_id, recomputed.grain, recomputed.starts_at, recomputed.user_id)",
            "",
            db,
            cursor,
            projects
        ),
        compare!(
            "statistics_totals",
            "totals_between",
            "(folded.project_id, folded.kind, folded.status)
             = (recomputed.project_id, recomputed.kind, recomputed.status)",
            "",
            db,
            cursor,
            projects
        ),
        // Comparing arrays makes two nulls equal. Folded domains without documents may not be removed yet: ignore them.
        compare!(
            "statistics_domains",
            "domains_between",
            "folded.project_id = recomputed.project_id and array[folded.domain] = array[recomputed.domain]",
            " where documents <> 0",
            db,
            cursor,
            projects
        ),
    ];
    Ok(found.into_iter().flatten().collect())
}

async fn replace(db: &mut PgConnection, cursor: &Cursor, projects: &[Uuid]) -> Result<(), sqlx::Error> {
    replace!("statistics_counts", "counts_between", db, cursor, projects);
    replace!("statistics_durations", "durations_between", db, cursor, projects);
    replace!("statistics_people", "people_between", db, cursor, projects);
    replace!("statistics_totals", "totals_between", db, cursor, projects);
    replace!("statistics_domains", "domains_between", db, cursor, projects);
    Ok(())
}
