//! The handler of `POST /auth/passkeys/register/start`.

use axum::extract::State;
use shared::{
    base::ids::CeremonyId,
    http::{extract::Json, problem::Result},
    identity::principal::RecentAccount,
};

use crate::{
    AppState,
    model::{CeremonyStarted, PasskeyRegistrationStarted},
    queries,
};

/// Start a passkey registration
///
/// Pass `options` through `PublicKeyCredential.parseCreationOptionsFromJSON` to `navigator.credentials.create`, and
/// send the result to `POST /auth/passkeys/register/finish` within five minutes. The passkey must be discoverable, and
/// user verification is required.
#[utoipa::path(post, path = "/auth/passkeys/register/start", tag = "auth",
    responses((status = OK, body = PasskeyRegistrationStarted)))]
pub(crate) async fn start_passkey_registration(
    State(app): State<AppState>,
    RecentAccount(account): RecentAccount,
) -> Result<Json<CeremonyStarted>> {
    let db = &app.db;
    let known = queries::list_credential_ids(db, account.id).await?;
    let started = app.passkeys.start_registration(&account, known)?;
    let ceremony_id = CeremonyId::new();
    queries::insert_ceremony(db, ceremony_id, Some(account.id), &started.state, app.clock.now()).await?;
    Ok(Json(CeremonyStarted { ceremony_id, options: started.options }))
}
