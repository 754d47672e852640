//! `POST /auth/reauthenticate`.

use axum::extract::State;
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use shared::{
    audit::{self, Action, Entry, Outcome},
    extract::Json,
    principal::{AnySession, RECENT},
    problem::{Code, Problem, ProblemBody, Result},
    text::normalize_password,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, queries};

/// Who the caller is, proven anew.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reauthenticate {
    #[garde(skip)]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Until when the session counts as recent.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecentSession {
    #[serde(with = "time::serde::rfc3339")]
    recent_until: OffsetDateTime,
}

/// Proves anew who calls: needed to change a password or an address, a passkey, or to delete the account.
#[utoipa::path(post, path = "/auth/reauthenticate", tag = "auth", security(("bearer" = [])),
    responses((status = OK, body = RecentSession), (status = UNAUTHORIZED, body = ProblemBody)))]
pub(crate) async fn reauthenticate(
    State(app): State<AppState>,
    AnySession(principal): AnySession,
    Json(body): Json<Reauthenticate>,
) -> Result<Json<RecentSession>> {
    let hash = queries::find_password_hash(&app.authority.db, principal.user_id).await?;
    let matches = app.passwords.verify(&normalize_password(body.password.expose_secret()), hash).await?;
    let now = app.clock.now();
    let mut tx = app.authority.db.begin().await?;
    let entry = Entry::success(Some(principal.user_id), Action::UserReauthenticated, principal.session_id.0);
    if !matches {
        audit::record(&mut tx, Entry { outcome: Outcome::Failure, ..entry }, now).await?;
        tx.commit().await?;
        return Err(Problem::new(Code::InvalidCredentials));
    }
    queries::mark_authenticated(&mut tx, principal.session_id, now).await?;
    audit::record(&mut tx, entry, now).await?;
    tx.commit().await?;
    Ok(Json(RecentSession { recent_until: now + RECENT }))
}
