//! The handler of `GET /users/me/passkeys`.

use axum::extract::State;
use shared::{
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::{passkey::Passkey, principal::Principal},
};

use crate::{AppState, queries};

/// List your passkeys
///
/// Returns passkeys in the order of their creation, newest first.
#[utoipa::path(get, path = "/users/me/passkeys", tag = "users", params(PageQuery),
    responses((status = OK, body = Page<Passkey>)))]
pub(crate) async fn list_passkeys(
    State(app): State<AppState>,
    principal: Principal,
    list: List,
) -> Result<Json<Page<Passkey>>> {
    let rows = queries::list_passkeys(&app.db, principal.user_id, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |passkey| passkey.id.0)))
}
