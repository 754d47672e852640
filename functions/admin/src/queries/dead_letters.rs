//! Queries about dead letters.

use serde_json::Value;
use shared::base::ids::DeadLetterId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::model::DeadLetter;

/// Lists dead letters, newest first.
pub(crate) async fn list_dead_letters(
    db: &PgPool,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<DeadLetter>, sqlx::Error> {
    sqlx::query_as!(
        DeadLetter,
        r#"
        select id as "id: DeadLetterId", subscription, message_id, attributes, data, delivery_attempts, cause,
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
        "delete from dead_letters where id = $1 returning subscription, attributes, data",
        id.0,
    )
    .fetch_optional(db)
    .await
}
