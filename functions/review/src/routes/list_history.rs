//! Handler of `GET /review/{item_id}/history`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::Result,
    },
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};
use uuid::Uuid;

use crate::{AppState, model::HistoryEntry, queries};

/// List the history of an item
///
/// The latest change comes first. Each has the user, the time, and the text before and after.
#[utoipa::path(get, path = "/review/{item_id}/history", tag = "review",
    params(("item_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<HistoryEntry>)))]
pub(crate) async fn list_history(
    State(app): State<AppState>,
    access: ProjectReviewer<ByItem<AnyItem>>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HistoryEntry>>> {
    // Cursors encode ids. Here, the id is the version number.
    let before = page.after().and_then(|after| i32::try_from(after.as_u128()).ok()).unwrap_or(i32::MAX);
    let rows = queries::list_history(&app.db, access.target.id, before, page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |entry| Uuid::from_u128(entry.version.unsigned_abs().into()))))
}
