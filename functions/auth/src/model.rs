//! Answers that several routes give.

use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;
use shared::{
    base::ids::{CeremonyId, SessionId, UserId},
    http::problem::Problem,
    identity::{access_token, principal::GlobalRole},
};
use utoipa::ToSchema;

use crate::AppState;

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

/// A ceremony that begins.
#[derive(Serialize, ToSchema)]
pub(crate) struct CeremonyStarted {
    /// For the request that finishes it.
    pub(crate) ceremony_id: CeremonyId,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` (WebAuthn 3, 5.1).
    #[schema(value_type = Object)]
    pub(crate) options: Value,
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
