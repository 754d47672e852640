//! The buckets of the statistics, and up to where they are filled.
//!
//! One fold at a time writes them, and nobody else: no transaction that changes an item waits for a bucket. What a
//! range of transitions adds to them is written down once, in the functions of the migration.

use shared::items::Position;
use sqlx::PgConnection;

/// Where the last fold ended, for the one that goes on from there; `None` while another one does.
pub(crate) async fn lock_cursor(db: &mut PgConnection) -> Result<Option<Position>, sqlx::Error> {
    sqlx::query_as!(
        Position,
        r#"select xid::text::bigint as "xid!", id from statistics_cursor for update skip locked"#
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn move_cursor(db: &mut PgConnection, to: Position) -> Result<(), sqlx::Error> {
    sqlx::query!("update statistics_cursor set xid = $1::text::xid8, id = $2", to.xid.to_string(), to.id)
        .execute(db)
        .await?;
    Ok(())
}

/// A statement over what happened after one position and up to another.
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
                after.xid.to_string(),
                after.id,
                until.xid.to_string(),
                until.id,
            )
            .execute(db)
            .await?;
            Ok(())
        }
    };
}

add! {
    /// What happened when.
    add_counts,
    "
    insert into statistics_counts as bucket
    select * from counts_between($1::text::xid8, $2, $3::text::xid8, $4)
    on conflict on constraint statistics_counts_pkey do update
    set uploaded = bucket.uploaded + excluded.uploaded,
        processed = bucket.processed + excluded.processed,
        failed = bucket.failed + excluded.failed,
        approved = bucket.approved + excluded.approved,
        rejected = bucket.rejected + excluded.rejected,
        pages = bucket.pages + excluded.pages,
        voice_milliseconds = bucket.voice_milliseconds + excluded.voice_milliseconds,
        confidence_millionths = bucket.confidence_millionths + excluded.confidence_millionths,
        confident = bucket.confident + excluded.confident
    "
}

add! {
    /// How long it took.
    add_durations,
    "
    insert into statistics_durations as bucket
    select * from durations_between($1::text::xid8, $2, $3::text::xid8, $4)
    on conflict on constraint statistics_durations_pkey do update set bins = add_bins(bucket.bins, excluded.bins)
    "
}

add! {
    /// Who did it.
    add_people,
    "
    insert into statistics_people as bucket
    select * from people_between($1::text::xid8, $2, $3::text::xid8, $4)
    on conflict on constraint statistics_people_pkey do update
    set uploaded = bucket.uploaded + excluded.uploaded,
        approved = bucket.approved + excluded.approved,
        rejected = bucket.rejected + excluded.rejected
    "
}

add! {
    /// What there is now.
    add_totals,
    "
    insert into statistics_totals as bucket
    select * from totals_between($1::text::xid8, $2, $3::text::xid8, $4)
    on conflict on constraint statistics_totals_pkey do update set items = bucket.items + excluded.items
    "
}

add! {
    /// Of what domains the documents are.
    add_domains,
    "
    insert into statistics_domains as bucket
    select * from domains_between($1::text::xid8, $2, $3::text::xid8, $4)
    on conflict on constraint statistics_domains_project_id_domain_key do update
    set documents = bucket.documents + excluded.documents
    "
}

/// Forgets the domains that no document has any more.
pub(crate) async fn forget_domains(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from statistics_domains where documents = 0").execute(db).await?;
    Ok(())
}
