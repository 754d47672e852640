//! Handler of `GET /review/{item_id}/history`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery, Unfiltered},
        problem::Result,
    },
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};

use crate::{AppState, model::HistoryEntry, queries};

/// List the history of an item
///
/// The latest change comes first. Each entry has the user, the time, and the text before and after.
#[utoipa::path(get, path = "/review/{item_id}/history", tag = "review",
    params(("item_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<HistoryEntry>)))]
pub(crate) async fn list_history(
    State(app): State<AppState>,
    access: ProjectReviewer<ByItem<AnyItem>>,
    list: List<Unfiltered, i32>,
) -> Result<Json<Page<HistoryEntry>>> {
    let before = list.after.unwrap_or(i32::MAX);
    let rows = queries::list_history(&app.db, access.target.id, before, list.rows()).await?;
    Ok(Json(list.page(rows, |entry| entry.version)))
}
