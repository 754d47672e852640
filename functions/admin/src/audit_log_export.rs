//! The audit log export: a JSON object a line, read from the database a batch at a time.

use axum::body::Bytes;
use futures::{Stream, stream};
use shared::{
    audit::{self, AuditFilter},
    http::problem::chain,
};
use sqlx::PgPool;
use uuid::Uuid;

/// Rows that are read at once.
const BATCH: i64 = 1000;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// All rows, a batch at a time: no connection is held while the client reads. It breaks off when the database
/// does, and then lacks its last line's end.
pub(crate) fn lines(
    db: PgPool,
    filter: AuditFilter,
    after: Option<Uuid>,
) -> impl Stream<Item = Result<Bytes, Fault>> + Send + 'static {
    stream::try_unfold(Some((db, filter, after)), |position| async move {
        let Some((db, filter, after)) = position else { return Ok(None) };
        let read = batch(&db, &filter, after).await;
        let (lines, last) = read.inspect_err(|error| {
            tracing::error!(cause = chain(error.as_ref()), "an export of the audit log broke off");
        })?;
        Ok(Some((lines, last.map(|last| (db, filter, Some(last))))))
    })
}

/// The lines of a batch, and the id of its last row if there may be more.
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
