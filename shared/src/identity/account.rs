//! A user's account, as its owner sees it: what `/auth/me` and `/users/me` answer with.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{base::ids::UserId, http::versioned::HasVersion};

/// What a user may do on the whole platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum GlobalRole {
    /// May do what any project role may, everywhere.
    SuperAdmin,
    /// May do what their projects' roles say.
    User,
}

impl GlobalRole {
    /// As it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::User => "user",
        }
    }
}

/// A user's account, as they see it themselves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// The address that they sign in with.
    pub email: String,
    /// What others see of them, if they gave a name.
    pub display_name: Option<String>,
    /// What they may do on the whole platform.
    pub global_role: GlobalRole,
    /// Whether a link that was mailed to the address has been opened.
    pub email_verified: bool,
    /// Grows with every change; the `ETag` is made from it.
    pub version: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl HasVersion for Account {
    fn version(&self) -> i32 {
        self.version
    }
}
