//! `POST /auth/password/reset`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    base::{ids::PasswordId, text::NewPassword},
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::{
        mail_token,
        rate_limit::{Account, Concerns, Limited},
    },
};
use utoipa::ToSchema;

use crate::{AppState, queries};

/// A new password, by the mailed link.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPassword {
    /// What the mailed link carries.
    #[garde(length(max = 128))]
    token: String,
    /// 12 to 128 characters.
    #[garde(dive)]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: NewPassword,
}

impl Concerns for ResetPassword {
    fn account(&self) -> Account<'_> {
        Account::Token(&self.token)
    }
}

/// Sets a new password. Every session ends, and every other link dies.
#[utoipa::path(post, path = "/auth/password/reset", tag = "auth",
    request_body = ResetPassword,
    responses((status = NO_CONTENT), (status = BAD_REQUEST, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody), (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn reset_password(
    State(app): State<AppState>,
    Limited { body: Json(body), .. }: Limited<Json<ResetPassword>>,
) -> Result<StatusCode> {
    let password_hash = app.passwords.hash(body.password.secret()).await?;
    let now = app.clock.now();
    let mut tx = app.outbox.begin().await?;
    let reset = queries::lock_password_reset(&mut tx, &mail_token::hash(&body.token))
        .await?
        .ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    if reset.expires_at <= now {
        return Err(Problem::new(Code::TokenExpired));
    }
    let user = reset.user_id;
    queries::reset_password(&mut tx, user, &password_hash, PasswordId::new(), now).await?;
    audit::record(&mut tx, Entry::success(Some(user), Action::UserPasswordReset, user.0), now).await?;
    tx.announce(&EmailRequested::PasswordChanged { user_id: user }).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
