//! All SQL of `maintenance`.

pub(crate) mod purge;
pub(crate) mod seals;

use shared::{
    ids::{DeadLetterId, ItemId, ProjectId},
    items::{ItemKind, ObjectName},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

/// An upload whose work stuck.
pub(crate) struct StuckUpload {
    pub(crate) object: ObjectName,
    pub(crate) generation: i64,
    pub(crate) md5: Option<String>,
}

/// Takes items whose lease or pause has ended; nobody else takes them until `next`.
pub(crate) async fn take_stuck(
    db: &mut PgConnection,
    now: OffsetDateTime,
    next: OffsetDateTime,
    limit: i64,
) -> Result<Vec<StuckUpload>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        update items set next_attempt_at = $2
        where id in (
            select id from items
            where status = 'processing' and deleted_at is null and coalesce(next_attempt_at, lease_until) <= $1
            order by coalesce(next_attempt_at, lease_until)
            limit $3
            for update skip locked
        )
        returning id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
                  generation as "generation!", md5
        "#,
        now,
        next,
        limit,
    )
    .fetch_all(db)
    .await?;
    let stuck = rows.into_iter().map(|row| StuckUpload {
        object: ObjectName {
            kind: row.kind,
            project_id: row.project_id,
            item_id: row.id,
            upload_no: row.upload_no,
        },
        generation: row.generation,
        md5: row.md5,
    });
    Ok(stuck.collect())
}

/// A message that was given up.
pub(crate) struct DeadLetter<'a> {
    pub(crate) subscription: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) attributes: serde_json::Value,
    pub(crate) data: String,
    pub(crate) delivery_attempts: Option<i32>,
}

/// Records it; Pub/Sub may give up on one message more than once.
pub(crate) async fn insert_dead_letter(
    db: &PgPool,
    letter: &DeadLetter<'_>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into dead_letters (id, subscription, message_id, attributes, data, delivery_attempts, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict on constraint dead_letters_subscription_message_id_key do nothing",
        DeadLetterId::new().0,
        letter.subscription,
        letter.message_id,
        letter.attributes,
        letter.data,
        letter.delivery_attempts,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
