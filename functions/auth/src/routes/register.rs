//! The handler of `POST /auth/register`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::text::{EmailAddress, Name, NewPassword},
    http::{extract::Json, problem::Result},
    identity::rate_limit::{self, Account, HasAccount, RateLimited},
};
use utoipa::ToSchema;

use crate::{
    constant_time,
    model::{VerificationState, VerificationStatus},
    registration::Registration,
};

/// The data of a new account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    #[garde(dive)]
    email: EmailAddress,
    /// 12 to 128 characters. Must differ from the email address and from common passwords.
    #[garde(dive)]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: NewPassword,
    #[garde(dive)]
    display_name: Option<Name>,
}

impl HasAccount for Register {
    const COST: u32 = rate_limit::MAIL;

    fn account(&self) -> Account<'_> {
        Account::Email(self.email.as_str())
    }
}

/// Create an account
///
/// Mails a link that verifies the address. If the address already has a verified account, the response is the same, and
/// its owner gets a mail about the attempt. Where only invited addresses may register, other addresses get the same
/// response and no mail.
#[utoipa::path(post, path = "/auth/register", tag = "auth", request_body = Register,
    responses((status = ACCEPTED, body = VerificationStatus),
        (status = FORBIDDEN, description = "registration_closed"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn register(
    State(registration): State<Registration>,
    RateLimited { body: Json(new), .. }: RateLimited<Json<Register>>,
) -> Result<(StatusCode, Json<VerificationStatus>)> {
    let work = registration.register(&new.email, &new.password, new.display_name.as_ref());
    constant_time::respond(work).await?;
    Ok((StatusCode::ACCEPTED, Json(VerificationStatus { status: VerificationState::VerificationSent })))
}
