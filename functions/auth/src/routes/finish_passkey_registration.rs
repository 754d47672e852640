//! The handler of `POST /auth/passkeys/register/finish`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::{
        ids::{CeremonyId, PasskeyId},
        text::Name,
    },
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        problem::{Code, Problem, Result},
    },
    identity::{passkey::Passkey, principal::RecentSession},
};
use utoipa::ToSchema;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use crate::{AppState, passkeys::Credential, queries, webauthn_json::RegistrationResponse};

/// Name of a passkey if the request has none.
const DEFAULT_NAME: &str = "Passkey";

/// A new passkey for a ceremony started with `POST /auth/passkeys/register/start`.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FinishPasskeyRegistration {
    /// Id of the ceremony that this request finishes.
    #[garde(skip)]
    ceremony_id: CeremonyId,
    #[garde(dive)]
    #[schema(value_type = RegistrationResponse)]
    credential: Credential<RegisterPublicKeyCredential>,
    /// Display name of the passkey, `Passkey` by default.
    #[garde(dive)]
    name: Option<Name>,
}

/// Finish a passkey registration
///
/// Stores the passkey and notifies the account owner by mail. A ceremony can be used once. If this request fails, start
/// a new registration.
#[utoipa::path(post, path = "/auth/passkeys/register/finish", tag = "auth",
    responses((status = CREATED, body = Passkey),
        (status = BAD_REQUEST, description = "ceremony_invalid"),
        (status = CONFLICT, description = "passkey_exists")))]
pub(crate) async fn finish_passkey_registration(
    State(app): State<AppState>,
    RecentSession(principal): RecentSession,
    Json(body): Json<FinishPasskeyRegistration>,
) -> Result<(StatusCode, Json<Passkey>)> {
    let credential = body.credential.get()?;
    let now = app.clock.now();
    let (user, id) = (principal.user_id, PasskeyId::new());
    let state = queries::take_registration(&app.db, body.ceremony_id, user, now)
        .await?
        .ok_or_else(|| Problem::new(Code::CeremonyInvalid))?;
    let entry = Entry::success(Some(user), Action::UserPasskeyAdded, user.0).with(json!({"passkey_id": id}));
    let new = match app.passkeys.finish_registration(credential, state) {
        Ok(new) => new,
        Err(problem) => {
            let mut db = app.db.acquire().await?;
            audit::record(&mut db, Entry { outcome: Outcome::Failure, ..entry }, now).await?;
            return Err(problem);
        }
    };
    let name = body.name.unwrap_or_else(|| Name::from(DEFAULT_NAME.to_owned()));
    let mut tx = app.outbox.begin().await?;
    queries::insert_passkey(&mut tx, id, &principal, &new, &name, now).await?;
    audit::record(&mut tx, entry, now).await?;
    tx.record(&EmailRequested::PasskeyAdded { passkey_id: id }).await?;
    tx.commit().await?;

    let name = name.as_str().to_owned();
    let passkey = Passkey { id, name, created_at: now, last_used_at: None, suspended_at: None };
    Ok((StatusCode::CREATED, Json(passkey)))
}
