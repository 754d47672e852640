//! The handler of `GET /admin/dead-letters`.

use axum::extract::State;
use shared::{
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
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
    list: List,
) -> Result<Json<Page<DeadLetter>>> {
    let rows = queries::list_dead_letters(&app.db, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |letter| letter.id.0)))
}
