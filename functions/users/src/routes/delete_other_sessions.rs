//! The handler of `DELETE /users/me/sessions`.

use axum::{extract::State, http::StatusCode};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    http::problem::Result,
    identity::principal::Principal,
};

use crate::{AppState, queries};

/// End all your other sessions
///
/// The session that sends this request stays open.
#[utoipa::path(delete, path = "/users/me/sessions", tag = "users",
    responses((status = NO_CONTENT)))]
pub(crate) async fn delete_other_sessions(
    State(app): State<AppState>,
    principal: Principal,
) -> Result<StatusCode> {
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    queries::lock_account(&mut tx, &principal, now).await?;
    let ended = queries::revoke_other_sessions(&mut tx, &principal, now).await?;
    let entry = Entry::success(Some(user), Action::UserSessionsRevoked, user.0);
    audit::record(&mut tx, entry.with(json!({"sessions": ended})), now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
