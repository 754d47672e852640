//! A passkey as shown to its owner.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::base::ids::PasskeyId;

/// A passkey: a key pair on one of the user's authenticators, or synchronized between several.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Passkey {
    /// The passkey's id in this API, which differs from the WebAuthn credential id.
    pub id: PasskeyId,
    /// The name chosen by the owner.
    pub name: String,
    /// The time when the passkey was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The time of the last authentication with the passkey; null if it was never used.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// The time when a password reset or change suspended the passkey; null if it can sign in. Confirm it with
    /// `POST /users/me/passkeys/{passkey_id}/confirm`.
    #[serde(with = "time::serde::rfc3339::option")]
    pub suspended_at: Option<OffsetDateTime>,
}
