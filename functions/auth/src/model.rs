//! Answers that several routes give.

use secrecy::ExposeSecret as _;
use serde::Serialize;
use shared::{
    access_token,
    ids::{SessionId, UserId},
    principal::GlobalRole,
    problem::Problem,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::AppState;

/// A user, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: Option<String>,
    pub(crate) global_role: GlobalRole,
    /// Whether a link that was mailed to the address has been opened.
    pub(crate) email_verified: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// Says how far a verification is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct VerificationStatus {
    pub(crate) status: VerificationState,
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerificationState {
    /// A mail is on its way, if the address can be verified.
    VerificationSent,
    /// The address is verified.
    Verified,
}

/// The tokens of a session (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// For the `Authorization` header; 15 minutes.
    access_token: String,
    /// `bearer`.
    token_type: &'static str,
    /// Seconds until the access token expires.
    expires_in: i64,
    /// For the next access token; good for one use.
    refresh_token: String,
}

impl AppState {
    /// The tokens of a session after so many rotations.
    pub(crate) fn tokens(
        &self,
        user: UserId,
        role: GlobalRole,
        session: SessionId,
        rotations: i32,
    ) -> Result<Tokens, Problem> {
        let access_token =
            self.signer.sign(user, role.as_str(), session, self.clock.now()).map_err(Problem::internal)?;
        Ok(Tokens {
            access_token: access_token.expose_secret().to_owned(),
            token_type: "bearer",
            expires_in: access_token::LIFETIME.whole_seconds(),
            refresh_token: self.refresh_tokens.derive(session, rotations).expose_secret().to_owned(),
        })
    }
}
