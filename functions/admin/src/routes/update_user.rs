//! The handler of `PATCH /admin/users/{user_id}`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::UserId,
    http::{
        extract::{Json, Path},
        merge_patch::kept_or_set,
        precondition::IfMatch,
        problem::Result,
        versioned::Versioned,
    },
    identity::{account::GlobalRole, principal::SuperAdmin},
};
use utoipa::ToSchema;

use crate::{model::User, users::Users};

/// A merge patch of a user (RFC 7396). Omitted fields keep their value. No field accepts null.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUser {
    #[serde(default, deserialize_with = "kept_or_set")]
    #[garde(skip)]
    #[schema(value_type = GlobalRole, required = false)]
    global_role: Option<GlobalRole>,
    /// `true` signs the user out everywhere and blocks sign-in, `false` restores the user.
    #[serde(default, deserialize_with = "kept_or_set")]
    #[garde(skip)]
    #[schema(value_type = bool, required = false)]
    suspended: Option<bool>,
}

/// Update a user
///
/// Changes the global role, or suspends or restores the user. The last super admin cannot be demoted or
/// suspended, and the only admin of a project cannot be suspended.
#[utoipa::path(patch, path = "/admin/users/{user_id}", tag = "admin", params(("user_id" = UserId, Path)),
    request_body(content((UpdateUser = "application/merge-patch+json"), (UpdateUser = "application/json"))),
    responses((status = OK, body = User),
        (status = NOT_FOUND, description = "not_found"),
        (status = CONFLICT, description = "last_admin, last_super_admin")))]
pub(crate) async fn update_user(
    State(users): State<Users>,
    SuperAdmin(principal): SuperAdmin,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(patch): Json<UpdateUser>,
) -> Result<Versioned<User>> {
    users.update(&principal, id, &if_match, patch.global_role, patch.suspended).await.map(Versioned)
}
