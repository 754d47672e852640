//! The handler of `POST /auth/password/forgot`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::text::EmailAddress,
    http::{extract::Json, problem::Result},
    identity::rate_limit::{self, Account, HasAccount, RateLimited},
};
use utoipa::ToSchema;

use crate::{constant_time, password_resets::PasswordResets};

/// A request for a password reset link.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotPassword {
    #[garde(dive)]
    email: EmailAddress,
}

impl HasAccount for ForgotPassword {
    const COST: u32 = rate_limit::MAIL;

    fn account(&self) -> Account<'_> {
        Account::Email(self.email.as_str())
    }
}

/// The result of a password reset request, the same for every address.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResetStatus {
    status: ResetState,
}

/// The state of a password reset.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResetState {
    /// A mail is sent if the address has an account.
    ResetSent,
}

/// Request a password reset link
///
/// Mails a link that is valid for one hour. The response does not reveal whether the address has an account.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "auth", request_body = ForgotPassword,
    responses((status = ACCEPTED, body = ResetStatus),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn forgot_password(
    State(resets): State<PasswordResets>,
    RateLimited { body: Json(body), .. }: RateLimited<Json<ForgotPassword>>,
) -> Result<(StatusCode, Json<ResetStatus>)> {
    constant_time::respond(resets.request(&body.email)).await?;
    Ok((StatusCode::ACCEPTED, Json(ResetStatus { status: ResetState::ResetSent })))
}
