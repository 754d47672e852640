//! Answers that several routes give.

use serde::Serialize;
use shared::{ids::UserId, principal::GlobalRole};
use time::OffsetDateTime;
use utoipa::ToSchema;

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
