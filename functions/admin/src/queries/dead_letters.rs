//! Queries about dead letters.

use serde_json::Value;
use shared::base::ids::DeadLetterId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::model::{DeadLetter, DeadLetterFilter};

/// Lists dead letters, newest first.
pub(crate) async fn list_dead_letters(
    db: &PgPool,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<DeadLetter>, sqlx::Error> {
    sqlx::query_as!(
        DeadLetter,
        r#"
        select id as "id: DeadLetterId", subscription, message_id, attributes, data, delivery_attempts, replayable, cause,
               created_at
        from dead_letters
        where id < coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        order by id desc
        limit $2
        "#,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

/// The parts of a dead letter that a replay needs.
pub(crate) struct ReplayableMessage {
    pub(crate) id: DeadLetterId,
    pub(crate) subscription: String,
    pub(crate) attributes: Value,
    pub(crate) data: String,
}

/// Deletes and returns a dead letter. If two calls run concurrently, only the first returns it.
pub(crate) async fn delete_dead_letter(
    db: &mut PgConnection,
    id: DeadLetterId,
) -> Result<Option<ReplayableMessage>, sqlx::Error> {
    sqlx::query_as!(
        ReplayableMessage,
        r#"delete from dead_letters where id = $1 returning id as "id: DeadLetterId", subscription, attributes, data"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes and returns up to `limit` dead letters that match a filter, oldest first, and counts those that remain. Skips
/// dead letters that a concurrent call is deleting. With `is_replay`, only dead letters that can be replayed match.
pub(crate) async fn delete_dead_letters(
    db: &mut PgConnection,
    filter: &DeadLetterFilter,
    is_replay: bool,
    limit: i64,
) -> Result<(Vec<ReplayableMessage>, i64), sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        with matching as materialized (
            select id from dead_letters
            where ($1::text is null or subscription = $1)
              and ($2::text is null or position(lower($2) in lower(cause)) > 0)
              and ($3::timestamptz is null or created_at >= $3)
              and ($4::timestamptz is null or created_at < $4)
              and (replayable or not $5)
        ), taken as (
            delete from dead_letters
            where id in (
                select dead_letters.id
                from dead_letters
                join matching using (id)
                order by dead_letters.id
                limit $6
                for update of dead_letters skip locked
            )
            returning id, subscription, attributes, data
        )
        select (select count(*) from matching) - (select count(*) from taken) as "remaining!",
               taken.id as "id?: DeadLetterId", taken.subscription as "subscription?", taken.attributes as "attributes?",
               taken.data as "data?"
        from (values (1)) as always
        left join taken on true
        "#,
        filter.subscription,
        filter.cause,
        filter.from,
        filter.to,
        is_replay,
        limit,
    )
    .fetch_all(db)
    .await?;
    let remaining = rows.first().map_or(0, |row| row.remaining);
    let letters = rows.into_iter().filter_map(|row| {
        let (id, subscription, attributes) = (row.id?, row.subscription?, row.attributes?);
        Some(ReplayableMessage { id, subscription, attributes, data: row.data? })
    });
    Ok((letters.collect(), remaining))
}
