//! Project exports: requests, and links to the files.

use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{
        clock::Clock,
        ids::{ExportId, ProjectId, UserId},
    },
    cloud::{
        events::ExportRequested,
        outbox::Outbox,
        storage::{Download, UrlSigner},
    },
    http::{
        idempotency::{IdempotencyKey, Reservation},
        problem::{OrNotFound as _, Problem, Result},
    },
    items::{
        ItemStatus,
        exports::{ExportFormat, object_name},
    },
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    model::{Export, NewExport},
    queries,
};

/// The time after which an export in progress has probably ended, for `Retry-After`.
const EXPORT_TIME: std::time::Duration = std::time::Duration::from_secs(60);

/// Creates, lists and gets project exports.
#[derive(Clone)]
pub(crate) struct Exports {
    pub(crate) db: PgPool,
    pub(crate) outbox: Outbox,
    pub(crate) signer: UrlSigner,
    pub(crate) retention: Duration,
    pub(crate) max_concurrent: u32,
    pub(crate) clock: Clock,
}

impl Exports {
    /// Creates an export. A repeated request returns the export that the first request created.
    pub(crate) async fn create(
        &self,
        project_id: ProjectId,
        user: UserId,
        key: &IdempotencyKey,
        format: ExportFormat,
        status: Option<ItemStatus>,
    ) -> Result<Export> {
        let now = self.clock.now();
        let mut id = ExportId::new();
        let mut tx = self.outbox.begin().await?;
        match key.reserve(&mut tx, user, id.0, now).await? {
            Reservation::Repeat(created) => id = ExportId(created),
            Reservation::First => {
                let kept_until = now + self.retention;
                let new = NewExport { id, project_id, requested_by: user, format, status, kept_until };
                if !queries::insert_export(&mut tx, &new, self.max_concurrent, now).await? {
                    return Err(Problem::quota_exceeded("exports_in_progress_per_user", Some(EXPORT_TIME)));
                }
                let entry = Entry::success(Some(user), Action::ExportRequested, id.0).in_project(project_id);
                audit::record(&mut tx, entry.with(json!({"format": format, "status": status})), now).await?;
                tx.record(&ExportRequested { export_id: id, step: 0 }).await?;
            }
        }
        let row = queries::get_export(&mut *tx, id, now).await?.or_not_found()?;
        tx.commit().await?;
        Ok(row.export)
    }

    /// Lists the exports of a project, newest first.
    pub(crate) async fn list(
        &self,
        project: ProjectId,
        after: Option<Uuid>,
        rows: i64,
    ) -> Result<Vec<Export>> {
        let rows = queries::list_exports(&self.db, project, after, rows, self.clock.now()).await?;
        Ok(rows.into_iter().map(|row| row.export).collect())
    }

    /// Gets an export and, once it is ready, a link to its file. The audit log records the link.
    pub(crate) async fn get(
        &self,
        project: ProjectId,
        user: UserId,
        id: ExportId,
    ) -> Result<(Export, Option<Download>)> {
        let now = self.clock.now();
        let row = queries::get_export(&self.db, id, now).await?.or_not_found()?;
        let Some((attempt, generation)) = row.file else { return Ok((row.export, None)) };
        {
            // Release the connection before signing, which may call IAM.
            let mut db = self.db.acquire().await?;
            let entry = Entry::success(Some(user), Action::ExportDownloaded, id.0);
            audit::record(&mut db, entry.in_project(project), now).await?;
        }
        let object = object_name(project, id, attempt);
        let day = row.export.created_at.date();
        let filename = format!("items-{day}.{}", row.export.format.extension());
        let media_type = row.export.format.content_type();
        let link = self.signer.download(&object, generation, &filename, media_type, now).await?;
        Ok((row.export, Some(link)))
    }
}
