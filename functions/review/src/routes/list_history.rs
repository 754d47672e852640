//! `GET /review/{item_id}/history`.

use axum::extract::State;
use serde::Serialize;
use shared::{
    base::ids::{ItemId, UserId},
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectReviewer,
    items::{
        ItemStatus,
        locators::{AnyItem, ByItem},
    },
};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{AppState, queries};

/// A change of state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    /// The item's version after it.
    pub(crate) version: i32,
    pub(crate) from: Option<ItemStatus>,
    pub(crate) to: ItemStatus,
    /// Who did it; null for the platform.
    pub(crate) actor_id: Option<UserId>,
    pub(crate) actor_name: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) feedback: Option<String>,
    /// Why it failed, when it did.
    pub(crate) failure_code: Option<String>,
    /// The text before a decision that changed it.
    pub(crate) text_before: Option<String>,
    /// The text after it.
    pub(crate) text_after: Option<String>,
}

/// What happened to an item, the latest first: who, what, when, and the text before and after.
#[utoipa::path(get, path = "/review/{item_id}/history", tag = "review", security(("bearer" = [])),
    params(("item_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<HistoryEntry>), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn list_history(
    State(app): State<AppState>,
    access: ProjectReviewer<ByItem<AnyItem>>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HistoryEntry>>> {
    // Cursors hold ids; here the id is a number.
    let before = page.after().and_then(|after| i32::try_from(after.as_u128()).ok()).unwrap_or(i32::MAX);
    let rows = queries::list_history(&app.db, access.found.id, before, page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |entry| Uuid::from_u128(entry.version.unsigned_abs().into()))))
}
