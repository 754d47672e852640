//! Computes the statistics anew from the transitions, and compares them with what was folded bit by bit.
//!
//! The database does it, so nothing grows here; folding stands aside meanwhile, and readers see what was there before.

use sqlx::{PgConnection, PgPool};

/// Buckets that are shown of each table that differs.
const SHOWN: i64 = 10;

/// A table whose buckets are not what the transitions say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// How many of its buckets differ, are missing, or are too many.
    pub buckets: i64,
    /// Some of them: as they were folded, and as they should be.
    pub examples: Vec<(Option<String>, Option<String>)>,
}

/// What the comparison of a table finds.
struct Row {
    folded: Option<String>,
    recomputed: Option<String>,
    buckets: i64,
}

/// Compares a table with what the transitions up to the cursor say, by the key of its buckets.
macro_rules! compare {
    ($table:literal, $computed:literal, $on:literal, $where:literal, $db:expr, $cursor:expr) => {{
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
                + "('0', 0, $1::text::xid8, $2)) as recomputed on "
                + $on
                + " where folded is distinct from recomputed limit $3",
            $cursor.xid,
            $cursor.id,
            SHOWN,
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

/// Puts what the transitions up to the cursor say in the place of a table's buckets.
macro_rules! replace {
    ($table:literal, $computed:literal, $db:expr, $cursor:expr) => {{
        sqlx::query!("delete from " + $table).execute(&mut *$db).await?;
        sqlx::query!(
            "insert into " + $table + " select * from " + $computed + "('0', 0, $1::text::xid8, $2)",
            $cursor.xid,
            $cursor.id,
        )
        .execute(&mut *$db)
        .await?;
    }};
}

/// Up to where transitions are folded.
struct Cursor {
    xid: String,
    id: i64,
}

/// The tables whose buckets are not what the transitions say; with `repair` they are, from now on.
///
/// # Errors
/// When the database refuses.
pub async fn recompute(pool: &PgPool, repair: bool) -> Result<Vec<Difference>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let cursor =
        sqlx::query_as!(Cursor, r#"select xid::text as "xid!", id from statistics_cursor for update"#)
            .fetch_one(&mut *tx)
            .await?;
    let differences = differences(&mut tx, &cursor).await?;
    if repair && !differences.is_empty() {
        replace(&mut tx, &cursor).await?;
    }
    tx.commit().await?;
    Ok(differences)
}

async fn differences(db: &mut PgConnection, cursor: &Cursor) -> Result<Vec<Difference>, sqlx::Error> {
    let found = [
        compare!(
            "statistics_counts",
            "counts_between",
            "(folded.project_id, folded.grain, folded.starts_at, folded.kind)
             = (recomputed.project_id, recomputed.grain, recomputed.starts_at, recomputed.kind)",
            "",
            db,
            cursor
        ),
        compare!(
            "statistics_durations",
            "durations_between",
            "(folded.project_id, folded.grain, folded.starts_at, folded.kind, folded.until)
             = (recomputed.project_id, recomputed.grain, recomputed.starts_at, recomputed.kind, recomputed.until)",
            "",
            db,
            cursor
        ),
        compare!(
            "statistics_people",
            "people_between",
            "(folded.project_id, folded.grain, folded.starts_at, folded.user_id)
             = (recomputed.project_id, recomputed.grain, recomputed.starts_at, recomputed.user_id)",
            "",
            db,
            cursor
        ),
        compare!(
            "statistics_totals",
            "totals_between",
            "(folded.project_id, folded.kind, folded.status)
             = (recomputed.project_id, recomputed.kind, recomputed.status)",
            "",
            db,
            cursor
        ),
        // Two nulls in arrays are equal; and what is there no more may not have been forgotten yet.
        compare!(
            "statistics_domains",
            "domains_between",
            "folded.project_id = recomputed.project_id and array[folded.domain] = array[recomputed.domain]",
            " where documents <> 0",
            db,
            cursor
        ),
    ];
    Ok(found.into_iter().flatten().collect())
}

async fn replace(db: &mut PgConnection, cursor: &Cursor) -> Result<(), sqlx::Error> {
    replace!("statistics_counts", "counts_between", db, cursor);
    replace!("statistics_durations", "durations_between", db, cursor);
    replace!("statistics_people", "people_between", db, cursor);
    replace!("statistics_totals", "totals_between", db, cursor);
    replace!("statistics_domains", "domains_between", db, cursor);
    Ok(())
}
