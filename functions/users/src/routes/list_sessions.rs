//! The handler of `GET /users/me/sessions`.

use axum::extract::State;
use shared::{
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::principal::Principal,
};

use crate::{AppState, model::Session, queries};

/// List your sessions
///
/// Returns live sessions only, newest first.
#[utoipa::path(get, path = "/users/me/sessions", tag = "users", params(PageQuery),
    responses((status = OK, body = Page<Session>)))]
pub(crate) async fn list_sessions(
    State(app): State<AppState>,
    principal: Principal,
    list: List,
) -> Result<Json<Page<Session>>> {
    let now = app.clock.now();
    let rows = queries::list_sessions(&app.db, &principal, list.after, list.rows(), now).await?;
    Ok(Json(list.page(rows, |session| session.id.0)))
}
