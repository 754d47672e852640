//! The handler of `DELETE /users/me/passkeys/{passkey_id}`.

use axum::{extract::State, http::StatusCode};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::PasskeyId,
    cloud::events::EmailRequested,
    http::{
        extract::Path,
        problem::{OrNotFound as _, Result},
    },
    identity::principal::RecentSession,
};

use crate::{AppState, queries};

/// Delete one of your passkeys
///
/// The passkey can no longer be used to sign in. You are notified by mail. Requires a recent sign-in or reauthentication.
#[utoipa::path(delete, path = "/users/me/passkeys/{passkey_id}", tag = "users",
    params(("passkey_id" = PasskeyId, Path)),
    responses((status = NO_CONTENT),
        (status = NOT_FOUND, description = "not_found")))]
pub(crate) async fn delete_passkey(
    State(app): State<AppState>,
    RecentSession(principal): RecentSession,
    Path(id): Path<PasskeyId>,
) -> Result<StatusCode> {
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.outbox.begin().await?;
    queries::lock_account(&mut tx, &principal, now).await?;
    queries::delete_passkey(&mut tx, user, id).await?.or_not_found()?;
    let entry = Entry::success(Some(user), Action::UserPasskeyRemoved, user.0);
    audit::record(&mut tx, entry.with(json!({"passkey_id": id})), now).await?;
    tx.record(&EmailRequested::PasskeyRemoved { user_id: user }).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
