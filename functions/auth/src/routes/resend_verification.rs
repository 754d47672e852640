//! `POST /auth/verify-email/resend`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::{ids::VerificationId, text::EmailAddress},
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::rate_limit::{self, Account, Concerns, Limited},
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{VerificationState, VerificationStatus},
    queries, steady,
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
#[utoipa::path(post, path = "/auth/verify-email/resend", tag = "auth",
    request_body = ResendVerification,
    responses((status = ACCEPTED, body = VerificationStatus), (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn resend_verification(
    State(app): State<AppState>,
    Limited { body: Json(body), .. }: Limited<Json<ResendVerification>>,
) -> Result<(StatusCode, Json<VerificationStatus>)> {
    steady::answer(app.resend_verification(&body)).await
}

impl AppState {
    async fn resend_verification(
        &self,
        body: &ResendVerification,
    ) -> Result<(StatusCode, Json<VerificationStatus>)> {
        let mut tx = self.outbox.begin().await?;
        let waiting = queries::extend_verification(&mut tx, &body.email, self.clock.now()).await?;
        // An id of nothing for an address that does not wait: the answer takes as long, and `email` discards it.
        let verification_id = waiting.unwrap_or_else(VerificationId::new);
        tx.announce(&EmailRequested::Verification { verification_id }).await?;
        tx.commit().await?;

        Ok((StatusCode::ACCEPTED, Json(VerificationStatus { status: VerificationState::VerificationSent })))
    }
}
