//! The handler of `POST /auth/reauthenticate`.

use axum::extract::State;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::text::GivenPassword,
    http::{
        extract::Json,
        problem::{Code, Problem, Result},
    },
    identity::{
        principal::{AnySession, RECENT},
        rate_limit::RateLimited,
    },
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, proof::Proof, queries, sign_in::SignIn};

/// The caller's current password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Password {
    #[garde(dive)]
    #[schema(value_type = String, format = Password, max_length = 512)]
    password: GivenPassword,
}

/// End of the period in which the session counts as recent.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecentUntil {
    #[serde(with = "time::serde::rfc3339")]
    recent_until: OffsetDateTime,
}

/// Reauthenticate in the current session
///
/// Send the password or a passkey assertion. Required if the sign-in is more than ten minutes old, before adding,
/// confirming or deleting a passkey, deleting the account, or changing the password without the current one.
#[utoipa::path(post, path = "/auth/reauthenticate", tag = "auth", request_body = Proof<Password>,
    responses((status = OK, body = RecentUntil),
        (status = BAD_REQUEST, description = "ceremony_invalid"),
        (status = UNAUTHORIZED, description = "invalid_credentials")))]
pub(crate) async fn reauthenticate(
    State(app): State<AppState>,
    State(sign_in): State<SignIn>,
    RateLimited { body: AnySession(principal), charges }: RateLimited<AnySession>,
    proof: Proof<Password>,
) -> Result<Json<RecentUntil>> {
    let user = principal.user_id;
    let (method, proven) = match &proof {
        Proof::Password(Password { password }) => ("password", sign_in.has_password(user, password).await?),
        Proof::Passkey(assertion) => ("passkey", sign_in.has_passkey(user, assertion).await?),
    };
    let now = app.clock.now();
    let entry = Entry::success(Some(user), Action::UserReauthenticated, user.0);
    let entry = entry.with(json!({"method": method, "session_id": principal.session_id}));
    let mut tx = app.db.begin().await?;
    if proven {
        queries::mark_authenticated(&mut tx, principal.session_id, now).await?;
        audit::record(&mut tx, entry, now).await?;
        tx.commit().await?;
        return Ok(Json(RecentUntil { recent_until: now + RECENT }));
    }
    audit::record(&mut tx, Entry { outcome: Outcome::Failure, ..entry }, now).await?;
    tx.commit().await?;
    charges.failed().await;
    Err(Problem::new(Code::InvalidCredentials))
}
