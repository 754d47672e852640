//! `POST /auth/reauthenticate`.

use axum::extract::State;
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::text::normalize_password,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::{
        principal::{AnySession, RECENT},
        rate_limit::Limited,
    },
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    AppState,
    proof::{Asserted, Proof},
    queries,
};

/// Who the caller is, proven anew by their password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Password {
    #[garde(skip)]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Until when the session counts as recent.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecentUntil {
    #[serde(with = "time::serde::rfc3339")]
    recent_until: OffsetDateTime,
}

/// Proves anew who calls, by password or by passkey: needed to change a password or an address, to add or
/// remove a passkey, or to delete the account.
#[utoipa::path(post, path = "/auth/reauthenticate", tag = "auth", security(("bearer" = [])),
    request_body = Proof<Password>,
    responses((status = OK, body = RecentUntil), (status = BAD_REQUEST, body = ProblemBody),
        (status = UNAUTHORIZED, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn reauthenticate(
    State(app): State<AppState>,
    Limited { body: AnySession(principal), spent }: Limited<AnySession>,
    proof: Proof<Password>,
) -> Result<Json<RecentUntil>> {
    let db = &app.authority.db;
    let user = principal.user_id;
    let (method, proven) = match &proof {
        Proof::Password(Password { password }) => {
            let hash = queries::find_password_hash(db, user).await?;
            let password = normalize_password(password.expose_secret());
            ("password", app.passwords.verify(&password, hash).await?)
        }
        Proof::Passkey(assertion) => {
            let asserted = app.check(assertion).await?;
            ("passkey", matches!(asserted, Asserted::By(owner) if owner.id == user))
        }
    };
    let now = app.clock.now();
    let entry = Entry::success(Some(user), Action::UserReauthenticated, user.0);
    let entry = entry.with(json!({"method": method, "session_id": principal.session_id}));
    let mut tx = db.begin().await?;
    if proven {
        queries::mark_authenticated(&mut tx, principal.session_id, now).await?;
        audit::record(&mut tx, entry, now).await?;
        tx.commit().await?;
        return Ok(Json(RecentUntil { recent_until: now + RECENT }));
    }
    audit::record(&mut tx, Entry { outcome: Outcome::Failure, ..entry }, now).await?;
    tx.commit().await?;
    spent.failed().await;
    Err(Problem::new(Code::InvalidCredentials))
}
