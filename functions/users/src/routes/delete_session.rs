//! The handler of `DELETE /users/me/sessions/{session_id}`.

use axum::{extract::State, http::StatusCode};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::SessionId,
    http::{
        extract::Path,
        problem::{OrNotFound as _, Result},
    },
    identity::principal::Principal,
};

use crate::{AppState, queries};

/// End one of your sessions
///
/// Its access and refresh tokens stop working immediately.
#[utoipa::path(delete, path = "/users/me/sessions/{session_id}", tag = "users",
    params(("session_id" = SessionId, Path)),
    responses((status = NO_CONTENT),
        (status = NOT_FOUND, description = "not_found")))]
pub(crate) async fn delete_session(
    State(app): State<AppState>,
    principal: Principal,
    Path(session): Path<SessionId>,
) -> Result<StatusCode> {
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    queries::lock_account(&mut tx, &principal, now).await?;
    queries::revoke_session(&mut tx, user, session, now).await?.or_not_found()?;
    let entry = Entry::success(Some(user), Action::UserSessionRevoked, user.0);
    audit::record(&mut tx, entry.with(json!({"session_id": session})), now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
