//! The position of the sweep of the uploads bucket, and the items that exist.

use std::collections::HashSet;

use shared::base::ids::ItemId;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

const TASK: &str = "sweep-objects";

/// The progress of the sweep.
pub(crate) struct Position {
    /// The token of the next page, or `None` for the first page.
    pub(crate) page: Option<String>,
    pub(crate) updated_at: OffsetDateTime,
}

pub(crate) async fn get_position(db: &PgPool) -> Result<Option<Position>, sqlx::Error> {
    sqlx::query_as!(Position, "select position as page, updated_at from task_positions where task = $1", TASK)
        .fetch_optional(db)
        .await
}

pub(crate) async fn set_position(
    db: &PgPool,
    page: Option<&str>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into task_positions (task, position, updated_at) values ($1, $2, $3)
         on conflict on constraint task_positions_pkey
         do update set position = excluded.position, updated_at = excluded.updated_at",
        TASK,
        page,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the items that have a row. Deleted items are included, because the purge deletes their objects.
pub(crate) async fn existing(db: &PgPool, items: &[ItemId]) -> Result<HashSet<ItemId>, sqlx::Error> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    let found = sqlx::query_scalar!(r#"select id as "id: ItemId" from items where id = any($1)"#, &ids)
        .fetch_all(db)
        .await?;
    Ok(found.into_iter().collect())
}
