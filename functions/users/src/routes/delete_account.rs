//! The handler of `DELETE /users/me`.

use axum::{extract::State, http::StatusCode};
use shared::{
    audit::{self, Action, Entry},
    http::{precondition::IfMatch, problem::Result},
    identity::{
        admins::{self, Removal},
        invitations::end_invitations,
        principal::RecentSession,
    },
};

use crate::{AppState, queries};

/// Delete your account
///
/// Ends all sessions. Fails with `last_admin` while a project would be left without an admin, and with
/// `last_super_admin` for the last super admin. Requires a recent sign-in or reauthentication.
#[utoipa::path(delete, path = "/users/me", tag = "users",
    responses((status = NO_CONTENT),
        (status = CONFLICT, description = "last_admin, last_super_admin")))]
pub(crate) async fn delete_account(
    State(app): State<AppState>,
    RecentSession(principal): RecentSession,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    let refused = admins::refusal(&mut tx, user, Removal::OfAccount).await?;
    let account = queries::lock_account(&mut tx, &principal, now).await?;
    if_match.check(account.version)?;
    if let Some(refused) = refused {
        return Err(refused);
    }
    queries::delete_account(&mut tx, user, now).await?;
    end_invitations(&mut tx, user, now).await?;
    audit::record(&mut tx, Entry::success(Some(user), Action::UserDeleted, user.0), now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
