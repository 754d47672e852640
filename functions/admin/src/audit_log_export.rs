//! The audit log export: newline-delimited JSON, read from the database in batches.

use axum::body::Bytes;
use futures::{Stream, stream};
use shared::{
    audit::{self, AuditFilter},
    http::problem::chain,
};
use sqlx::PgPool;
use uuid::Uuid;

/// The number of rows in one batch.
const BATCH: i64 = 1000;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Streams all matching rows in batches. No database connection is held while the client reads. If the database fails,
/// the stream ends with an error.
pub(crate) fn lines(
    db: PgPool,
    filter: AuditFilter,
    after: Option<Uuid>,
) -> impl Stream<Item = Result<Bytes, Fault>> + Send + 'static {
    stream::try_unfold(Some((db, filter, after)), |position| async move {
        let Some((db, filter, after)) = position else { return Ok(None) };
        let read = batch(&db, &filter, after).await;
        let (lines, last) = read.inspect_err(|error| {
            tracing::error!(cause = chain(error.as_ref()), "audit log export failed");
        })?;
        Ok(Some((lines, last.map(|last| (db, filter, Some(last))))))
    })
}

/// Returns the lines of a batch, and the id of its last row if there may be more rows.
async fn batch(
    db: &PgPool,
    filter: &AuditFilter,
    after: Option<Uuid>,
) -> Result<(Bytes, Option<Uuid>), Fault> {
    let rows = audit::list_audit_logs(db, filter, after, BATCH).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == BATCH);
    let last = rows.last().filter(|_| full).map(|row| row.id.0);
    let mut lines = Vec::new();
    for row in &rows {
        serde_json::to_writer(&mut lines, row)?;
        lines.push(b'\n');
    }
    Ok((lines.into(), last))
}
