//! The handler of `POST /auth/logout`.

use axum::{extract::State, http::StatusCode};
use shared::{
    audit::{self, Action, Entry},
    http::problem::Result,
    identity::principal::AnySession,
};

use crate::{AppState, queries};

/// Sign out
///
/// Ends the session that the access token belongs to.
#[utoipa::path(post, path = "/auth/logout", tag = "auth",
    responses((status = NO_CONTENT)))]
pub(crate) async fn logout(
    State(app): State<AppState>,
    AnySession(principal): AnySession,
) -> Result<StatusCode> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    queries::revoke_session(&mut tx, principal.session_id, now).await?;
    let entry = Entry::success(Some(principal.user_id), Action::UserLogout, principal.session_id.0);
    audit::record(&mut tx, entry, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
