//! The handler of `POST /auth/password/reset`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::text::NewPassword,
    http::{extract::Json, problem::Result},
    identity::rate_limit::{Account, HasAccount, RateLimited},
};
use utoipa::ToSchema;

use crate::password_resets::PasswordResets;

/// A new password and the token that permits setting it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPassword {
    /// Token from the mailed link.
    #[garde(length(chars, max = 128))]
    #[schema(max_length = 128)]
    token: String,
    /// New password of 12 to 128 characters.
    #[garde(dive)]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: NewPassword,
}

impl HasAccount for ResetPassword {
    fn account(&self) -> Account<'_> {
        Account::Token(&self.token)
    }
}

/// Reset the password
///
/// Sets a new password with the token from a mailed link. Ends all sessions, suspends all passkeys until their owner
/// confirms them, and invalidates all other password reset links.
#[utoipa::path(post, path = "/auth/password/reset", tag = "auth", request_body = ResetPassword,
    responses((status = NO_CONTENT),
        (status = BAD_REQUEST, description = "token_invalid, token_expired")))]
pub(crate) async fn reset_password(
    State(resets): State<PasswordResets>,
    RateLimited { body: Json(body), .. }: RateLimited<Json<ResetPassword>>,
) -> Result<StatusCode> {
    resets.reset(&body.token, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
