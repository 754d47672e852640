//! Answers that several routes give.

use serde::Serialize;
use shared::{ids::UserId, principal::GlobalRole};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A user's account, as they see it themselves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: Option<String>,
    pub(crate) global_role: GlobalRole,
    /// Whether a link that was mailed to the address has been opened.
    pub(crate) email_verified: bool,
    /// Grows with every change; the `ETag` is made from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}
