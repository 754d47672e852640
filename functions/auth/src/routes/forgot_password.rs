//! The handler of `POST /auth/password/forgot`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::text::EmailAddress,
    http::{extract::Json, problem::Result},
    identity::rate_limit::{self, Account, Concerns, Limited},
};
use utoipa::ToSchema;

use crate::{password_resets::PasswordResets, steady};

/// A request for a password reset link.
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

/// The result of a password reset request, the same for every address.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResetStatus {
    /// Always `reset_sent`, even if the address has no account.
    status: &'static str,
}

/// Request a password reset link
///
/// Mails a link that is valid for one hour. The response does not reveal whether the address has an account.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "auth", request_body = ForgotPassword,
    responses((status = ACCEPTED, body = ResetStatus)))]
pub(crate) async fn forgot_password(
    State(resets): State<PasswordResets>,
    Limited { body: Json(body), .. }: Limited<Json<ForgotPassword>>,
) -> Result<(StatusCode, Json<ResetStatus>)> {
    steady::respond(resets.request(&body.email)).await?;
    Ok((StatusCode::ACCEPTED, Json(ResetStatus { status: "reset_sent" })))
}
