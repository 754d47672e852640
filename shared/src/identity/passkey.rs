//! A passkey, as its owner sees it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::base::ids::PasskeyId;

/// A passkey: a key pair on one of the user's authenticators, or one that they synchronise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Passkey {
    /// Its id here; its authenticator has another for it.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last proved who its owner is.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
}
