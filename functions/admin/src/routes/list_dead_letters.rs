//! The handler of `GET /admin/dead-letters`.

use axum::extract::State;
use shared::{
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::Result,
    },
    identity::principal::SuperAdmin,
};

use crate::{AppState, model::DeadLetter, queries};

/// List dead letters
///
/// Newest first.
#[utoipa::path(get, path = "/admin/dead-letters", tag = "admin", params(PageQuery),
    responses((status = OK, body = Page<DeadLetter>)))]
pub(crate) async fn list_dead_letters(
    State(app): State<AppState>,
    _: SuperAdmin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DeadLetter>>> {
    let rows = queries::list_dead_letters(&app.db, page.after(), page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |letter| letter.id.0)))
}
