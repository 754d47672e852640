//! Types shared by routes, use cases and queries.

use serde::Serialize;
use serde_json::Value;
use shared::base::ids::CeremonyId;
use utoipa::ToSchema;

use crate::webauthn_json::{CreationOptions, RequestOptions};

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

/// A WebAuthn ceremony that has started, with the options for the browser.
#[derive(Serialize)]
pub(crate) struct CeremonyStarted {
    /// Identifies the ceremony in the request that finishes it.
    pub(crate) ceremony_id: CeremonyId,
    pub(crate) options: Value,
}

/// A passkey registration that has started.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the options of a registration")]
pub(crate) struct PasskeyRegistrationStarted {
    /// Identifies the ceremony in the request that finishes it.
    ceremony_id: CeremonyId,
    options: CreationOptions,
}

/// A sign-in with a passkey that has started.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the options of a sign-in")]
pub(crate) struct PasskeyLoginStarted {
    /// Identifies the ceremony in the request that finishes it.
    ceremony_id: CeremonyId,
    options: RequestOptions,
}

/// The tokens of a session (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Bearer token for the `Authorization` header, valid for 15 minutes.
    pub(crate) access_token: String,
    pub(crate) token_type: TokenType,
    /// Lifetime of the access token in seconds.
    pub(crate) expires_in: i64,
    /// Exchange it for the next tokens at `POST /auth/refresh`. Valid for one use.
    pub(crate) refresh_token: String,
}

/// The type of an access token (RFC 6750).
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenType {
    /// The token is sent in the `Authorization` header.
    Bearer,
}

/// A passkey that an authenticator has just created.
pub(crate) struct NewPasskey {
    /// Credential id chosen by the authenticator.
    pub(crate) credential_id: Vec<u8>,
    /// Public key, counter and flags that verify assertions, as webauthn-rs serializes them.
    pub(crate) credential: Value,
}
