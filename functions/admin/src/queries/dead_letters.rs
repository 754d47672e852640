//! Messages that Pub/Sub gave up on.

use serde_json::Value;
use shared::base::ids::DeadLetterId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::model::DeadLetter;

/// Messages, the one that was given up last first.
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

/// What a message needs to be sent again.
pub(crate) struct Letter {
    pub(crate) subscription: String,
    pub(crate) attributes: Value,
    pub(crate) data: String,
}

/// Takes a message away; of two who ask at once, one gets it.
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
