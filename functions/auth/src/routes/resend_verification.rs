//! `POST /auth/verify-email/resend`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::text::EmailAddress,
    http::{extract::Json, problem::Result},
    identity::rate_limit::{self, Account, Concerns, Limited},
};
use utoipa::ToSchema;

use crate::{
    model::{VerificationState, VerificationStatus},
    registration::Registration,
    steady,
};

/// Whose link to send again.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendVerification {
    #[garde(dive)]
    email: EmailAddress,
}

impl Concerns for ResendVerification {
    const COST: u32 = rate_limit::MAIL;

    fn account(&self) -> Account<'_> {
        Account::Email(self.email.as_str())
    }
}

/// Mails the newest link again and extends it; the earlier mail's link stays good.
///
/// The answer does not tell whether the address waits for verification.
#[utoipa::path(post, path = "/auth/verify-email/resend", tag = "auth", request_body = ResendVerification,
    responses((status = ACCEPTED, body = VerificationStatus)))]
pub(crate) async fn resend_verification(
    State(registration): State<Registration>,
    Limited { body: Json(body), .. }: Limited<Json<ResendVerification>>,
) -> Result<(StatusCode, Json<VerificationStatus>)> {
    steady::respond(registration.resend(&body.email)).await?;
    Ok((StatusCode::ACCEPTED, Json(VerificationStatus { status: VerificationState::VerificationSent })))
}
