//! What every item has: a status and, if it failed, a reason.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The status of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ItemStatus {
    /// Created; its bytes have not arrived.
    Draft,
    /// Its text is being read.
    Processing,
    /// Awaits a decision of a reviewer.
    PendingReview,
    /// Approved, by a reviewer or because the project has none.
    Approved,
    /// Rejected by a reviewer.
    Rejected,
    /// Could not be read; `failure` says why.
    Failed,
    /// Deleted: only its history and its events show it.
    Deleted,
}

/// Why an item or an export failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failure {
    /// Stable and machine-readable.
    pub code: String,
    /// What a person can do about it.
    pub message: String,
}

impl Failure {
    /// The failure in two columns of a row, which are set or null together.
    #[must_use]
    pub fn from_columns(code: Option<String>, message: Option<String>) -> Option<Self> {
        code.map(|code| Self { code, message: message.unwrap_or_default() })
    }

    /// The failure of an item that was tried too often.
    #[must_use]
    pub fn gave_up() -> Self {
        let message = "It could not be read after several attempts. Try again later.";
        Self { code: "gave_up".to_owned(), message: message.to_owned() }
    }
}
