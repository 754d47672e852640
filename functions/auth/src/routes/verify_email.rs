//! The handler of `GET /auth/verify-email`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    http::{
        extract::{Json, Query},
        problem::{Code, Problem, Result},
    },
    identity::{
        mail_token,
        rate_limit::{Account, HasAccount, RateLimited},
    },
};
use utoipa::IntoParams;

use crate::{
    AppState,
    model::{VerificationState, VerificationStatus},
    queries,
};

/// Query of a verification link. Other parameters are ignored, because mail programs and their gateways add some, such as
/// `utm_source`.
#[derive(Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerifyEmail {
    /// Token from the mailed link.
    #[garde(length(chars, max = 128))]
    #[param(max_length = 128)]
    token: String,
}

impl HasAccount for VerifyEmail {
    fn account(&self) -> Account<'_> {
        Account::Token(&self.token)
    }
}

/// Verify an email address
///
/// Each registration mails its own link. The link that is opened sets the password and name from its registration and
/// ends sessions that used another password. Opening a link twice is allowed, since mail scanners open links too.
#[utoipa::path(get, path = "/auth/verify-email", tag = "auth", params(VerifyEmail),
    responses((status = OK, body = VerificationStatus),
        (status = BAD_REQUEST, description = "token_invalid, token_expired")))]
pub(crate) async fn verify_email(
    State(app): State<AppState>,
    RateLimited { body: Query(query), .. }: RateLimited<Query<VerifyEmail>>,
) -> Result<Json<VerificationStatus>> {
    let verified = Json(VerificationStatus { status: VerificationState::Verified });
    let now = app.clock.now();
    let mut tx = app.outbox.begin().await?;
    let verification = queries::lock_verification(&mut tx, &mail_token::hash(&query.token))
        .await?
        .ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    if verification.used {
        return Ok(verified);
    }
    if verification.expires_at <= now {
        return Err(Problem::new(Code::TokenExpired));
    }
    queries::verify_user(&mut tx, &verification, now).await?;
    let user = verification.user_id;
    audit::record(&mut tx, Entry::success(Some(user), Action::UserVerified, user.0), now).await?;
    tx.commit().await?;

    Ok(verified)
}
