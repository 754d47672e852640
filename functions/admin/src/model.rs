//! Types that SQL and the routes share.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    base::ids::{DeadLetterId, ProjectId, UserId},
    http::{
        pagination::{Cursor, Limit},
        versioned::HasVersion,
    },
    identity::{account::GlobalRole, guard::ProjectRole},
};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// Which users.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListUsers {
    /// Entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Limit,
    /// `next_cursor` of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Option<Cursor>,
    /// A part of the address or of the name, however it is written.
    #[garde(length(chars, min = 1, max = 254))]
    #[param(min_length = 1, max_length = 254)]
    pub(crate) q: Option<String>,
    #[garde(skip)]
    pub(crate) role: Option<GlobalRole>,
    /// Whether the address is verified.
    #[garde(skip)]
    pub(crate) verified: Option<bool>,
    #[garde(skip)]
    pub(crate) status: Option<UserStatus>,
}

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum UserStatus {
    /// They may.
    Active,
    /// They may not, until they are restored.
    Suspended,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: Option<String>,
    pub(crate) global_role: GlobalRole,
    pub(crate) email_verified: bool,
    pub(crate) status: UserStatus,
    /// Grows with every change; the `ETag` is made from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

impl HasVersion for User {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A membership in a project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserMembership)]
pub(crate) struct Membership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
}

/// A message that was delivered in vain as often as it may be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    pub(crate) id: DeadLetterId,
    /// The subscription that gave it up.
    pub(crate) subscription: String,
    pub(crate) message_id: String,
    #[schema(value_type = Object)]
    pub(crate) attributes: Value,
    /// In base64.
    pub(crate) data: String,
    pub(crate) delivery_attempts: Option<i32>,
    /// What the last delivery failed of, where it is known.
    pub(crate) cause: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}
