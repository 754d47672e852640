//! The handler of `GET /admin/users`.

use axum::extract::State;
use shared::{
    http::{
        extract::{Json, Query},
        pagination::Page,
        problem::Result,
    },
    identity::principal::SuperAdmin,
};

use crate::{
    AppState,
    model::{ListUsers, User},
    queries,
};

/// List users
///
/// All users of the platform that match the filters, newest first.
#[utoipa::path(get, path = "/admin/users", tag = "admin", params(ListUsers),
    responses((status = OK, body = Page<User>)))]
pub(crate) async fn list_users(
    State(app): State<AppState>,
    _: SuperAdmin,
    Query(query): Query<ListUsers>,
) -> Result<Json<Page<User>>> {
    let rows = queries::list_users(&app.db, &query).await?;
    Ok(Json(Page::new(rows, query.limit, |user| user.id.0)))
}
