//! The query of an item's history.

use shared::{
    base::ids::{ItemId, UserId},
    items::ItemStatus,
};
use sqlx::PgPool;

use crate::model::HistoryEntry;

/// Lists the status changes of an item, latest first, each with the text before and after.
pub(crate) async fn list_history(
    db: &PgPool,
    id: ItemId,
    before: i32,
    rows: i64,
) -> Result<Vec<HistoryEntry>, sqlx::Error> {
    sqlx::query_as!(
        HistoryEntry,
        r#"
        select item_transitions.version, item_transitions.from_status as "from: ItemStatus",
               item_transitions.to_status as "to: ItemStatus", item_transitions.actor_user_id as "actor_id: UserId",
               coalesce(users.display_name, users.email) as actor_name, item_transitions.at,
               item_feedback.feedback as "feedback?", item_transitions.details ->> 'code' as failure_code,
               item_corrections.text_before as "text_before?", item_corrections.text_after as "text_after?"
        from item_transitions
        left join users on users.id = item_transitions.actor_user_id and users.deleted_at is null
        left join item_feedback
               on item_feedback.item_id = item_transitions.item_id
              and item_feedback.version = item_transitions.version
        left join item_corrections
               on item_corrections.item_id = item_transitions.item_id
              and item_corrections.version = item_transitions.version
        where item_transitions.item_id = $1 and item_transitions.version < $2
          and item_transitions.from_status is distinct from item_transitions.to_status
        order by item_transitions.version desc
        limit $3
        "#,
        id.0,
        before,
        rows,
    )
    .fetch_all(db)
    .await
}
