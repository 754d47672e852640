//! A user's account as returned by `/auth/me` and `/users/me`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{base::ids::UserId, http::versioned::HasVersion};

/// A user's role on the whole platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum GlobalRole {
    /// A platform administrator with the permissions of every project role in every project.
    SuperAdmin,
    /// A regular user with the permissions of their project roles.
    User,
}

impl GlobalRole {
    /// Returns the name used in JSON and in tokens.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::User => "user",
        }
    }
}

/// The account of the signed-in user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// The email address that the user signs in with.
    pub email: String,
    /// The name shown to other users; null when the user has not set one.
    pub display_name: Option<String>,
    /// The user's role on the whole platform.
    pub global_role: GlobalRole,
    /// True once the user has opened a verification link mailed to the address.
    pub is_verified: bool,
    /// The version of the account. Every change increments it, and the `ETag` is derived from it.
    pub version: i32,
    /// The time when the account was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl HasVersion for Account {
    fn version(&self) -> i32 {
        self.version
    }
}
