//! Account data export: a JSON document, streamed in batches of rows.
//!
//! At most one batch is in memory, and no database connection is held while the client reads.

use axum::body::Bytes;
use futures::{Stream, stream};
use serde::Serialize;
use shared::{
    base::ids::UserId,
    http::problem::{Problem, chain},
    identity::{account::Account, passkey::Passkey},
};
use sqlx::PgPool;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    model::{
        ExportedAuditLog, ExportedFeedback, ExportedInvitation, ExportedItem, ExportedMembership,
        ExportedProjectExport, ExportedSession, ExportedText,
    },
    queries::export as queries,
};

/// Number of rows read by one query.
const BATCH: i64 = 500;
/// Number of texts read by one query. They are longer than other rows.
const TEXTS: i64 = 50;

/// All data that the platform holds about a user.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the document, which is never whole in memory")]
pub(crate) struct AccountExport {
    #[schema(value_type = String, format = DateTime)]
    exported_at: OffsetDateTime,
    account: Account,
    /// All sessions, including those that have ended.
    sessions: Vec<ExportedSession>,
    passkeys: Vec<Passkey>,
    memberships: Vec<ExportedMembership>,
    /// Items that the user uploaded.
    items: Vec<ExportedItem>,
    /// Texts of these items.
    item_texts: Vec<ExportedText>,
    /// Feedback that the user wrote as a reviewer.
    feedback: Vec<ExportedFeedback>,
    /// Project exports that the user requested.
    project_exports: Vec<ExportedProjectExport>,
    /// Invitations to the user's address.
    invitations: Vec<ExportedInvitation>,
    /// Actions of the user, and actions of others on the account.
    audit_logs: Vec<ExportedAuditLog>,
}

/// The lists of the document, in output order.
const LISTS: [List; 9] = [
    List::Sessions,
    List::Passkeys,
    List::Memberships,
    List::Items,
    List::ItemTexts,
    List::Feedback,
    List::ProjectExports,
    List::Invitations,
    List::AuditLogs,
];

#[derive(Debug, Clone, Copy)]
enum List {
    Sessions,
    Passkeys,
    Memberships,
    Items,
    ItemTexts,
    Feedback,
    ProjectExports,
    Invitations,
    AuditLogs,
}

/// The last row written from a list: its id and, in lists of an item's rows, its number.
type After = (Uuid, i32);

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Passkeys => "passkeys",
            Self::Memberships => "memberships",
            Self::Items => "items",
            Self::ItemTexts => "item_texts",
            Self::Feedback => "feedback",
            Self::ProjectExports => "project_exports",
            Self::Invitations => "invitations",
            Self::AuditLogs => "audit_logs",
        }
    }

    /// Returns the rows after a given row as JSON, and the last row if there may be more.
    async fn batch(self, db: &PgPool, user: UserId, after: After) -> Result<(String, Option<After>), Fault> {
        let (id, number) = after;
        match self {
            Self::Sessions => {
                batch(queries::sessions(db, user, id, BATCH).await?, BATCH, |row| (row.id.0, 0))
            }
            Self::Passkeys => {
                batch(queries::passkeys(db, user, id, BATCH).await?, BATCH, |row| (row.id.0, 0))
            }
            Self::Memberships => {
                batch(queries::memberships(db, user, id, BATCH).await?, BATCH, |row| (row.project_id.0, 0))
            }
            Self::Items => batch(queries::items(db, user, id, BATCH).await?, BATCH, |row| (row.id.0, 0)),
            Self::ItemTexts => batch(queries::item_texts(db, user, id, number, TEXTS).await?, TEXTS, |row| {
                (row.item_id.0, row.number)
            }),
            Self::Feedback => batch(queries::feedback(db, user, id, number, BATCH).await?, BATCH, |row| {
                (row.item_id.0, row.version)
            }),
            Self::ProjectExports => {
                batch(queries::project_exports(db, user, id, BATCH).await?, BATCH, |row| (row.id.0, 0))
            }
            Self::Invitations => {
                batch(queries::invitations(db, user, id, BATCH).await?, BATCH, |row| (row.id.0, 0))
            }
            Self::AuditLogs => {
                batch(queries::audit_logs(db, user, id, BATCH).await?, BATCH, |row| (row.id.0, 0))
            }
        }
    }
}

fn batch<T: Serialize>(
    rows: Vec<T>,
    size: i64,
    position: impl Fn(&T) -> After,
) -> Result<(String, Option<After>), Fault> {
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == size);
    let last = rows.last().filter(|_| full).map(position);
    let array = serde_json::to_string(&rows)?;
    Ok((array[1..array.len() - 1].to_owned(), last))
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Position in the document: the current list and the last row written from it.
struct Progress {
    db: PgPool,
    user: UserId,
    list: usize,
    after: After,
}

/// Streams the document. If a query fails, the stream ends with an error, which leaves invalid JSON, so that a client
/// cannot mistake a partial document for a complete one.
pub(crate) fn stream(
    db: PgPool,
    account: Account,
    now: OffsetDateTime,
) -> Result<impl Stream<Item = Result<Bytes, Fault>> + Send + 'static, Problem> {
    let exported_at = now.format(&Rfc3339).map_err(Problem::internal)?;
    let account_json = serde_json::to_string(&account).map_err(Problem::internal)?;
    let head = format!("{{\"exported_at\":\"{exported_at}\",\"account\":{account_json}");
    let progress = Progress { db, user: account.id, list: 0, after: After::default() };
    let lists = stream::try_unfold(progress, async |progress| {
        next(progress).await.inspect_err(|error| {
            tracing::error!(cause = chain(error.as_ref()), "account data export failed");
        })
    });
    Ok(stream::StreamExt::chain(stream::iter([Ok(Bytes::from(head))]), lists))
}

async fn next(mut progress: Progress) -> Result<Option<(Bytes, Progress)>, Fault> {
    let Some(list) = LISTS.get(progress.list) else { return Ok(None) };
    let (rows, more_after) = list.batch(&progress.db, progress.user, progress.after).await?;
    let first = progress.after.0.is_nil();
    let begin = if first { format!(",\"{}\":[", list.name()) } else { String::new() };
    let separator = if !first && !rows.is_empty() { "," } else { "" };
    let last_list = progress.list + 1 == LISTS.len();
    let end = match more_after {
        Some(_) => "",
        None if last_list => "]}",
        None => "]",
    };
    progress.list += usize::from(more_after.is_none());
    progress.after = more_after.unwrap_or_default();
    Ok(Some((Bytes::from(format!("{begin}{separator}{rows}{end}")), progress)))
}
