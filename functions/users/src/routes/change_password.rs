//! `POST /users/me/password`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::{
        ids::PasswordId,
        text::{NewPassword, normalize_password},
    },
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::{
        principal::{Principal, RecentSession, UnprovenSession},
        rate_limit::{Limited, Spent},
    },
};
use utoipa::ToSchema;

use crate::{AppState, queries};

/// A new password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePassword {
    /// May be left out while the session is recent.
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = Password)]
    current_password: Option<SecretString>,
    /// 12 to 128 characters.
    #[garde(dive)]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    new_password: NewPassword,
}

/// Sets a new password. Every other session ends, and links that were mailed to set one die.
#[utoipa::path(post, path = "/users/me/password", tag = "users", security(("bearer" = [])),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = ProblemBody),
        (status = FORBIDDEN, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn change_password(
    State(app): State<AppState>,
    Limited { body: session, spent }: Limited<UnprovenSession>,
    Json(body): Json<ChangePassword>,
) -> Result<StatusCode> {
    let proven = match &body.current_password {
        Some(password) => app.prove(session.principal(), password, &spent).await?,
        None => false,
    };
    let RecentSession(principal) = session.or_else(proven)?;
    let password_hash = app.passwords.hash(body.new_password.secret()).await?;
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.outbox.begin().await?;
    queries::lock_account(&mut tx, &principal, now).await?;
    queries::change_password(&mut tx, &principal, &password_hash, PasswordId::new(), now).await?;
    audit::record(&mut tx, Entry::success(Some(user), Action::UserPasswordChanged, user.0), now).await?;
    tx.announce(&EmailRequested::PasswordChanged { user_id: user }).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}

impl AppState {
    /// Proves the caller by their password; a wrong one is refused even in a recent session.
    async fn prove(&self, principal: &Principal, password: &SecretString, spent: &Spent) -> Result<bool> {
        let user = principal.user_id;
        let hash = queries::find_password_hash(&self.db, user).await?;
        if self.passwords.verify(&normalize_password(password.expose_secret()), hash).await? {
            return Ok(true);
        }
        spent.failed().await;
        let entry = Entry::success(Some(user), Action::UserPasswordChanged, user.0);
        let mut db = self.db.acquire().await?;
        audit::record(&mut db, Entry { outcome: Outcome::Failure, ..entry }, self.clock.now()).await?;
        Err(Problem::new(Code::InvalidCredentials))
    }
}
