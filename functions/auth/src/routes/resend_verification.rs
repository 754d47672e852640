//! The handler of `POST /auth/verify-email/resend`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::text::EmailAddress,
    http::{extract::Json, problem::Result},
    identity::rate_limit::{self, Account, HasAccount, RateLimited},
};
use utoipa::ToSchema;

use crate::{
    constant_time,
    model::{VerificationState, VerificationStatus},
    registration::Registration,
};

/// A request to resend the verification link.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendVerification {
    #[garde(dive)]
    email: EmailAddress,
}

impl HasAccount for ResendVerification {
    const COST: u32 = rate_limit::MAIL;

    fn account(&self) -> Account<'_> {
        Account::Email(self.email.as_str())
    }
}

/// Resend the verification link
///
/// Mails the newest link again. The link, also in the earlier mail, is then valid for 24 hours. The response does not
/// reveal whether the address has an unverified account.
#[utoipa::path(post, path = "/auth/verify-email/resend", tag = "auth", request_body = ResendVerification,
    responses((status = ACCEPTED, body = VerificationStatus),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn resend_verification(
    State(registration): State<Registration>,
    RateLimited { body: Json(body), .. }: RateLimited<Json<ResendVerification>>,
) -> Result<(StatusCode, Json<VerificationStatus>)> {
    constant_time::respond(registration.resend(&body.email)).await?;
    Ok((StatusCode::ACCEPTED, Json(VerificationStatus { status: VerificationState::VerificationSent })))
}
