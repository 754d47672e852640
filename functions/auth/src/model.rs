//! Types that several routes, use cases or SQL share.

use serde::Serialize;
use serde_json::Value;
use shared::base::ids::CeremonyId;
use utoipa::ToSchema;

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
    pub(crate) access_token: String,
    /// `bearer`.
    pub(crate) token_type: &'static str,
    /// Seconds until the access token expires.
    pub(crate) expires_in: i64,
    /// For the next access token; good for one use.
    pub(crate) refresh_token: String,
}

/// A passkey that was just made.
pub(crate) struct NewPasskey {
    /// As its authenticator names it.
    pub(crate) credential_id: Vec<u8>,
    /// What its assertions are checked with.
    pub(crate) credential: Value,
}
