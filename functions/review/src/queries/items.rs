//! Queries of items with their review state.

use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{Order, Place, Queue, ReviewItem};

/// Selects items. `$rest` is the statement from its `from` clause on. It selects from a subquery with `offset 0` or
/// `limit`, which the planner does not flatten, so that the fields of an item's kind are read once.
macro_rules! select_items {
    ([$($rest:literal),+], $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            ReviewItem,
            r#"
            select id as "id!: ItemId", kind as "kind!: ItemKind", project_id as "project_id!: ProjectId",
                   uploaded_by_id as "uploaded_by_id!: UserId", original_filename as "original_filename!",
                   content_type as "content_type!", status as "status!: ItemStatus", confidence, language,
                   (kind_fields ->> 'page_count')::integer as page_count,
                   (kind_fields ->> 'duration_seconds')::double precision as duration_seconds,
                   claimed_by_id as "claimed_by_id: UserId", claimed_until, processed_at,
                   reviewed_by_id as "reviewed_by_id: UserId", reviewed_at, feedback, version as "version!"
            "# $(+ $rest)+,
            $($argument),*
        )
    };
}

/// Gets an item of a project.
pub(crate) async fn get_item(
    db: &mut PgConnection,
    id: ItemId,
    project: ProjectId,
) -> Result<Option<ReviewItem>, sqlx::Error> {
    select_items!(
        ["
            from (
                select * from item_details where id = $1 and project_id = $2 and deleted_at is null offset 0
            ) as items
            "],
        id.0,
        project.0,
    )
    .fetch_optional(db)
    .await
}

/// Selects a page of a queue. Each combination of order and filter has its own statement, so that it uses the index of
/// that order.
macro_rules! page {
    ($after:literal, $order:literal, $($argument:expr),*) => {
        select_items!(
            [
                "
                from (
                    select *
                    from review_queue
                    where project_id = $1
                      and (claimed_by_id = $2 or coalesce(claimed_until <= $3, true))
                      and ", $after, "
                    order by ", $order, "
                    limit $4
                ) as items
                order by ", $order
            ],
            $($argument),*
        )
    };
}

/// Lists the items of a queue after a sort key.
pub(crate) async fn list_queue(
    db: &PgPool,
    queue: &Queue,
    after: Option<Place>,
    rows: i64,
    now: OffsetDateTime,
) -> Result<Vec<ReviewItem>, sqlx::Error> {
    let (project, user) = (queue.project_id.0, queue.user.0);
    let (confidence, id) = after.unwrap_or((-1.0, Uuid::nil()));
    match (queue.order, queue.kind) {
        (Order::Oldest, None) => page!("id > $5", "id", project, user, now, rows, id).fetch_all(db).await,
        (Order::Oldest, Some(kind)) => {
            page!("kind = $6 and id > $5", "id", project, user, now, rows, id, kind as _).fetch_all(db).await
        }
        (Order::Confidence, None) => {
            page!(
                "(queue_confidence, id) > ($6, $5)",
                "queue_confidence, id",
                project,
                user,
                now,
                rows,
                id,
                confidence
            )
            .fetch_all(db)
            .await
        }
        (Order::Confidence, Some(kind)) => {
            page!(
                "kind = $7 and (queue_confidence, id) > ($6, $5)",
                "queue_confidence, id",
                project,
                user,
                now,
                rows,
                id,
                confidence,
                kind as _
            )
            .fetch_all(db)
            .await
        }
    }
}

/// Returns whether no other member of the project can decide on items.
pub(crate) async fn is_only_reviewer(
    db: &mut PgConnection,
    project: ProjectId,
    user: UserId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select not exists (
            select
            from project_members
            join users on users.id = project_members.user_id
            where project_members.project_id = $1
              and project_members.user_id <> $2
              and project_members.role in ('admin', 'reviewer')
              and users.deleted_at is null
              and users.suspended_at is null
        ) as "alone!"
        "#,
        project.0,
        user.0,
    )
    .fetch_one(db)
    .await
}
