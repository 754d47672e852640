//! The handler of `GET /admin/users`.

use axum::extract::State;
use shared::{
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
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
#[utoipa::path(get, path = "/admin/users", tag = "admin", params(ListUsers, PageQuery),
    responses((status = OK, body = Page<User>)))]
pub(crate) async fn list_users(
    State(app): State<AppState>,
    _: SuperAdmin,
    list: List<ListUsers>,
) -> Result<Json<Page<User>>> {
    let rows = queries::list_users(&app.db, &list.filters, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |user| user.id.0)))
}
