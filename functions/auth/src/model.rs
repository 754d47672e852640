//! Types shared by routes, use cases and queries.

use serde::Serialize;
use serde_json::Value;
use shared::base::ids::CeremonyId;
use utoipa::ToSchema;

/// The state of an email verification.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct VerificationStatus {
    pub(crate) status: VerificationState,
}

/// The states of an email verification.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerificationState {
    /// A verification mail is sent if the address belongs to an unverified account.
    VerificationSent,
    /// The address is verified.
    Verified,
}

/// A WebAuthn ceremony that has started.
#[derive(Serialize, ToSchema)]
pub(crate) struct CeremonyStarted {
    /// Identifies the ceremony in the request that finishes it.
    pub(crate) ceremony_id: CeremonyId,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` (WebAuthn 3, 5.1).
    #[schema(value_type = Object)]
    pub(crate) options: Value,
}

/// The tokens of a session (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Bearer token for the `Authorization` header, valid for 15 minutes.
    pub(crate) access_token: String,
    /// The token type, always `bearer`.
    pub(crate) token_type: &'static str,
    /// Lifetime of the access token in seconds.
    pub(crate) expires_in: i64,
    /// Exchange it for the next tokens at `POST /auth/refresh`. Valid for one use.
    pub(crate) refresh_token: String,
}

/// A passkey that an authenticator has just created.
pub(crate) struct NewPasskey {
    /// Credential id chosen by the authenticator.
    pub(crate) credential_id: Vec<u8>,
    /// Public key, counter and flags that verify assertions, as webauthn-rs serializes them.
    pub(crate) credential: Value,
}
