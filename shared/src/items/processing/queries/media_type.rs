//! The media type that the first bytes of a file show.

use serde_json::json;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::super::Job;
use crate::{
    audit::Entry,
    items::{ItemKind, Verb},
};

/// Records the type that the first bytes of the file show. If it differs from the declared type, it becomes the item's
/// type. Otherwise only the completion of the attempt needs to be durable.
pub(in super::super) async fn set_media_type(
    db: &PgPool,
    kind: ItemKind,
    job: &Job,
    media_type: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let values = json!({"before": {"content_type": job.content_type}, "after": {"content_type": media_type}});
    let entry = Entry::success(None, kind.action(Verb::Updated), job.item_id().0);
    let entry = entry.in_project(job.object.project_id).with(values);
    sqlx::query!(
        "
        with declared as materialized (
            select id, content_type, case when content_type = $3 then commit_without_waiting() end
            from items
            where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
              and (not type_checked or content_type <> $3)
            for update
        ), checked as (
            update items
            set content_type = $3, type_checked = true,
                version = items.version + (declared.content_type <> $3)::integer
            from declared
            where items.id = declared.id
        )
        select audit_record($4, $5)::text as recorded from declared where content_type <> $3
        ",
        job.item_id().0,
        job.attempt,
        media_type,
        entry.row()?,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}
