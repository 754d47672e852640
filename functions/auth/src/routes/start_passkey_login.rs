//! The handler of `POST /auth/passkeys/login/start`.

use axum::extract::State;
use shared::{
    base::ids::CeremonyId,
    http::{extract::Json, problem::Result},
    identity::rate_limit::{Anonymous, RateLimited},
};

use crate::{
    AppState,
    model::{CeremonyStarted, PasskeyLoginStarted},
    queries,
};

/// Start a sign-in with a passkey
///
/// Pass `options` through `PublicKeyCredential.parseRequestOptionsFromJSON` to `navigator.credentials.get`, and send
/// the result to `POST /auth/login` or `POST /auth/reauthenticate` within five minutes. No email address is needed.
#[utoipa::path(post, path = "/auth/passkeys/login/start", tag = "auth",
    responses((status = OK, body = PasskeyLoginStarted)))]
pub(crate) async fn start_passkey_login(
    State(app): State<AppState>,
    _: RateLimited<Anonymous>,
) -> Result<Json<CeremonyStarted>> {
    let started = app.passkeys.start_authentication()?;
    let ceremony_id = CeremonyId::new();
    queries::insert_ceremony(&app.db, ceremony_id, None, &started.state, app.clock.now()).await?;
    Ok(Json(CeremonyStarted { ceremony_id, options: started.options }))
}
