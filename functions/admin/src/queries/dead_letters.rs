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
pub(crate) struct Letter {
    pub(crate) id: DeadLetterId,
    pub(crate) subscription: String,
    pub(crate) attributes: Value,
    pub(crate) data: String,
}

/// Deletes and returns a dead letter. Of two concurrent calls, only one gets it.
pub(crate) async fn take_dead_letter(
    db: &mut PgConnection,
    id: DeadLetterId,
) -> Result<Option<Letter>, sqlx::Error> {
    sqlx::query_as!(
        Letter,
        r#"delete from dead_letters where id = $1 returning id as "id: DeadLetterId", subscription, attributes, data"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes and returns up to `limit` dead letters that match a filter, oldest first. Skips those that a concurrent call
/// has taken. With `is_replay`, only those that can be replayed match.
pub(crate) async fn take_dead_letters(
    db: &mut PgConnection,
    filter: &DeadLetterFilter,
    is_replay: bool,
    limit: i64,
) -> Result<Vec<Letter>, sqlx::Error> {
    sqlx::query_as!(
        Letter,
        r#"
        delete from dead_letters
        where id in (
            select id from dead_letters
            where ($1::text is null or subscription = $1)
              and ($2::text is null or position(lower($2) in lower(cause)) > 0)
              and ($3::timestamptz is null or created_at >= $3)
              and ($4::timestamptz is null or created_at < $4)
              and (replayable or not $5)
            order by id
            limit $6
            for update skip locked
        )
        returning id as "id: DeadLetterId", subscription, attributes, data
        "#,
        filter.subscription,
        filter.cause,
        filter.from,
        filter.to,
        is_replay,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Counts the dead letters that match a filter, as [`take_dead_letters`] does.
pub(crate) async fn count_dead_letters(
    db: &mut PgConnection,
    filter: &DeadLetterFilter,
    is_replay: bool,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "remaining!"
        from dead_letters
        where ($1::text is null or subscription = $1)
          and ($2::text is null or position(lower($2) in lower(cause)) > 0)
          and ($3::timestamptz is null or created_at >= $3)
          and ($4::timestamptz is null or created_at < $4)
          and (replayable or not $5)
        "#,
        filter.subscription,
        filter.cause,
        filter.from,
        filter.to,
        is_replay,
    )
    .fetch_one(db)
    .await
}
