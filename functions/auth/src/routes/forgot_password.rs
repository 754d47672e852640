//! `POST /auth/password/forgot`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    audit::{self, Action, Entry},
    base::{ids::PasswordResetId, text::EmailAddress},
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::{
        mail_token::Purpose,
        rate_limit::{self, Account, Concerns, Limited},
    },
};
use utoipa::ToSchema;

use crate::{AppState, queries, steady};

/// Whose password was forgotten.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotPassword {
    #[garde(dive)]
    email: EmailAddress,
}

impl Concerns for ForgotPassword {
    const COST: u32 = rate_limit::MAIL;

    fn account(&self) -> Account<'_> {
        Account::Email(self.email.as_str())
    }
}

/// Says that a mail is on its way, if there is an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResetStatus {
    /// `reset_sent`.
    status: &'static str,
}

/// Mails a link that sets a new password. The answer does not tell whether there is an account.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "auth",
    request_body = ForgotPassword,
    responses((status = ACCEPTED, body = ResetStatus), (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn forgot_password(
    State(app): State<AppState>,
    Limited { body: Json(body), .. }: Limited<Json<ForgotPassword>>,
) -> Result<(StatusCode, Json<ResetStatus>)> {
    steady::answer(app.forgot_password(&body)).await
}

impl AppState {
    async fn forgot_password(&self, body: &ForgotPassword) -> Result<(StatusCode, Json<ResetStatus>)> {
        let reset_id = PasswordResetId::new();
        let token = self.mail_tokens.derive(Purpose::PasswordReset, reset_id.0);
        let now = self.clock.now();
        let mut tx = self.outbox.begin().await?;
        let user = queries::insert_password_reset(&mut tx, reset_id, &token, &body.email, now).await?;
        let entry = Entry::success(None, Action::UserPasswordResetRequested, reset_id.0);
        audit::record(&mut tx, Entry { resource: user.map(|user| user.0), ..entry }, now).await?;
        // Announced in any case: the answer takes as long, and `email` discards the id of nothing.
        tx.announce(&EmailRequested::PasswordReset { reset_id }).await?;
        tx.commit().await?;

        Ok((StatusCode::ACCEPTED, Json(ResetStatus { status: "reset_sent" })))
    }
}
