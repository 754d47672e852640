//! The status of an item, and the reason for a failure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The status of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ItemStatus {
    /// Created, with no file uploaded yet.
    Draft,
    /// The upload is being processed.
    Processing,
    /// Awaiting a reviewer's decision.
    PendingReview,
    /// Approved by a reviewer, or automatically in a project without reviewers.
    Approved,
    /// Rejected by a reviewer.
    Rejected,
    /// Processing failed; `failure` holds the reason.
    Failed,
    /// Deleted. Only its history and events still show it.
    Deleted,
}

/// The reason why an item or an export failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failure {
    /// A stable code for programs.
    pub code: String,
    /// A message for people, with what they can do about the failure.
    pub message: String,
}

impl Failure {
    /// Builds a failure from two columns, which are either both set or both null.
    #[must_use]
    pub fn from_columns(code: Option<String>, message: Option<String>) -> Option<Self> {
        code.map(|code| Self { code, message: message.unwrap_or_default() })
    }

    /// Returns the failure of an item that failed in too many attempts.
    #[must_use]
    pub fn gave_up() -> Self {
        let message = "Processing failed after several attempts. Try again later.";
        Self { code: "gave_up".to_owned(), message: message.to_owned() }
    }
}
