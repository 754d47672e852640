//! The handler of `POST /users/me/passkeys/{passkey_id}/confirm`.

use axum::extract::State;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::PasskeyId,
    http::{
        extract::{Json, Path},
        problem::{OrNotFound as _, Result},
    },
    identity::{passkey::Passkey, principal::RecentSession},
};

use crate::{AppState, queries};

/// Confirm one of your passkeys
///
/// A password reset or change suspends all passkeys. A confirmed passkey can be used to sign in again. Requires a recent
/// sign-in or reauthentication.
#[utoipa::path(post, path = "/users/me/passkeys/{passkey_id}/confirm", tag = "users",
    params(("passkey_id" = PasskeyId, Path)),
    responses((status = OK, body = Passkey),
        (status = NOT_FOUND, description = "not_found")))]
pub(crate) async fn confirm_passkey(
    State(app): State<AppState>,
    RecentSession(principal): RecentSession,
    Path(id): Path<PasskeyId>,
) -> Result<Json<Passkey>> {
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    queries::lock_account(&mut tx, &principal, now).await?;
    let passkey = queries::confirm_passkey(&mut tx, user, id).await?.or_not_found()?;
    let entry = Entry::success(Some(user), Action::UserPasskeyConfirmed, user.0);
    audit::record(&mut tx, entry.with(json!({"passkey_id": id})), now).await?;
    tx.commit().await?;

    Ok(Json(passkey))
}
