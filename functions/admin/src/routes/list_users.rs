//! `GET /admin/users`.

use axum::extract::State;
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::UserId,
    http::{
        extract::{Json, Query},
        pagination::{Cursor, Limit, Page},
        problem::{ProblemBody, Result},
    },
    identity::principal::{GlobalRole, SuperAdmin},
};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::{AppState, queries};

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

/// The platform's users, newest first.
#[utoipa::path(get, path = "/admin/users", tag = "admin", params(ListUsers), security(("bearer" = [])),
    responses((status = OK, body = Page<User>), (status = FORBIDDEN, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_users(
    State(app): State<AppState>,
    _: SuperAdmin,
    Query(query): Query<ListUsers>,
) -> Result<Json<Page<User>>> {
    let rows = queries::list_users(&app.db, &query).await?;
    Ok(Json(Page::new(rows, query.limit, |user| user.id.0)))
}
