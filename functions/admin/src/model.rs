//! Types that queries and routes share.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    base::ids::{DeadLetterId, ProjectId, UserId},
    http::versioned::HasVersion,
    identity::{account::GlobalRole, guard::ProjectRole},
};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// The filters of the user list.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListUsers {
    /// Text that the email address or the display name contains, ignoring case.
    #[garde(length(chars, min = 1, max = 254))]
    #[param(min_length = 1, max_length = 254)]
    pub(crate) q: Option<String>,
    #[garde(skip)]
    pub(crate) role: Option<GlobalRole>,
    /// Filters by whether the user's email address is verified.
    #[garde(skip)]
    pub(crate) verified: Option<bool>,
    #[garde(skip)]
    pub(crate) status: Option<UserStatus>,
}

/// The status of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum UserStatus {
    /// The user can sign in.
    Active,
    /// The user cannot sign in until a super admin restores the account.
    Suspended,
}

/// A user of the platform.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: Option<String>,
    pub(crate) global_role: GlobalRole,
    pub(crate) is_verified: bool,
    pub(crate) status: UserStatus,
    /// Increases with every change. The `ETag` is derived from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

impl HasVersion for User {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A user's membership in a project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserMembership)]
pub(crate) struct Membership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
}

/// A Pub/Sub message that could not be delivered within the maximum number of attempts. A later message about the same
/// work replaces an earlier message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    pub(crate) id: DeadLetterId,
    /// The subscription to which the message could not be delivered.
    pub(crate) subscription: String,
    pub(crate) message_id: String,
    #[schema(value_type = Object)]
    pub(crate) attributes: Value,
    /// The payload of the message, in base64.
    pub(crate) data: String,
    pub(crate) delivery_attempts: Option<i32>,
    /// True if the message can be replayed.
    pub(crate) replayable: bool,
    /// The error of the last delivery attempt, if known.
    pub(crate) cause: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// The filters of dead letters.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadLetterFilter {
    /// The subscription, such as `email-email-requested`.
    #[garde(length(chars, max = 255))]
    #[param(max_length = 255)]
    pub(crate) subscription: Option<String>,
    /// Text that the cause contains, ignoring case.
    #[garde(length(chars, min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    pub(crate) cause: Option<String>,
    /// The start of the period (inclusive).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) from: Option<OffsetDateTime>,
    /// The end of the period (exclusive).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) to: Option<OffsetDateTime>,
}

/// The result of replaying or deleting the dead letters that match a filter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLettersDone {
    /// Number of dead letters that this call replayed or deleted.
    pub(crate) done: usize,
    /// Number of matching dead letters that are left. Repeat the call until it is 0.
    pub(crate) remaining: i64,
}
