//! Queries about the buckets of the statistics and the cursor up to which they are filled.
//!
//! Only one run at a time writes them, so a transaction that changes an item never waits for a bucket. SQL functions in
//! the migrations compute the changes that a range of transitions causes.

use shared::items::Position;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

/// Locks and returns the cursor, or `None` while another run holds it.
pub(crate) async fn lock_cursor(db: &mut PgConnection) -> Result<Option<Position>, sqlx::Error> {
    sqlx::query_as!(Position, "select xid, id from statistics_cursor for update skip locked")
        .fetch_optional(db)
        .await
}

pub(crate) async fn move_cursor(db: &mut PgConnection, to: Position) -> Result<(), sqlx::Error> {
    sqlx::query!("update statistics_cursor set xid = $1, id = $2", to.xid, to.id).execute(db).await?;
    Ok(())
}

/// Defines functions that add the transitions after one position, and up to another position, to a table.
macro_rules! add {
    ($(#[$doc:meta])* $name:ident, $statement:literal) => {
        $(#[$doc])*
        pub(crate) async fn $name(
            db: &mut PgConnection,
            after: Position,
            until: Position,
        ) -> Result<(), sqlx::Error> {
            sqlx::query!(
                $statement,
                after.xid,
                after.id,
                until.xid,
                until.id,
            )
            .execute(db)
            .await?;
            Ok(())
        }
    };
}

add! {
    /// Adds the counts of each period.
    add_counts,
    "
    insert into statistics_counts as bucket
    select * from counts_between($1, $2, $3, $4)
    on conflict on constraint statistics_counts_pkey do update
    set uploaded = bucket.uploaded + excluded.uploaded,
        processed = bucket.processed + excluded.processed,
        failed = bucket.failed + excluded.failed,
        approved = bucket.approved + excluded.approved,
        rejected = bucket.rejected + excluded.rejected,
        pages = bucket.pages + excluded.pages,
        voice_milliseconds = bucket.voice_milliseconds + excluded.voice_milliseconds,
        confidence_millionths = bucket.confidence_millionths + excluded.confidence_millionths,
        confidence_count = bucket.confidence_count + excluded.confidence_count
    "
}

add! {
    /// Adds the durations to the histograms.
    add_durations,
    "
    insert into statistics_durations as bucket
    select * from durations_between($1, $2, $3, $4)
    on conflict on constraint statistics_durations_pkey do update set bins = add_bins(bucket.bins, excluded.bins)
    "
}

add! {
    /// Adds the counts per contributor and reviewer.
    add_people,
    "
    insert into statistics_people as bucket
    select * from people_between($1, $2, $3, $4)
    on conflict on constraint statistics_people_pkey do update
    set uploaded = bucket.uploaded + excluded.uploaded,
        approved = bucket.approved + excluded.approved,
        rejected = bucket.rejected + excluded.rejected
    "
}

add! {
    /// Adds the changes of the current totals.
    add_totals,
    "
    insert into statistics_totals as bucket
    select * from totals_between($1, $2, $3, $4)
    on conflict on constraint statistics_totals_pkey do update set items = bucket.items + excluded.items
    "
}

add! {
    /// Adds the changes of the number of documents per domain.
    add_domains,
    "
    insert into statistics_domains as bucket
    select * from domains_between($1, $2, $3, $4)
    on conflict on constraint statistics_domains_project_id_domain_key do update
    set documents = bucket.documents + excluded.documents
    "
}

/// Deletes domains without documents.
pub(crate) async fn forget_domains(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from statistics_domains where documents = 0").execute(db).await?;
    Ok(())
}

/// Defines functions that delete up to `limit` rows of the projects that were deleted before a time.
macro_rules! delete_rows {
    ($($name:ident($table:literal);)+) => {$(
        pub(crate) async fn $name(db: &PgPool, before: OffsetDateTime, limit: i64) -> Result<u64, sqlx::Error> {
            let deleted = sqlx::query!(
                "delete from " + $table + " where ctid = any(array(select bucket.ctid from projects cross join lateral (
                    select ctid from " + $table + " as bucket where bucket.project_id = projects.id limit $2
                ) as bucket where projects.deleted_at <= $1 limit $2))",
                before,
                limit,
            );
            Ok(deleted.execute(db).await?.rows_affected())
        }
    )+};
}

delete_rows! {
    forget_counts("statistics_counts");
    forget_durations("statistics_durations");
    forget_people("statistics_people");
    forget_project_domains("statistics_domains");
    forget_totals("statistics_totals");
}
