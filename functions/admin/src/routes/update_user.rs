//! `PATCH /admin/users/{user_id}`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::UserId,
    http::{
        extract::{Json, Path},
        merge_patch::kept_or_set,
        precondition::IfMatch,
        problem::{Code, OrNotFound as _, Problem, ProblemBody, Result},
        versioned::Versioned,
    },
    identity::{account::GlobalRole, principal::SuperAdmin},
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{User, UserStatus},
    queries,
};

/// A merge patch (RFC 7396): what is left out stays. Nothing here can be cleared.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUser {
    #[serde(default, deserialize_with = "kept_or_set")]
    #[garde(skip)]
    global_role: Option<GlobalRole>,
    /// Whoever is suspended is signed out everywhere and cannot sign in.
    #[serde(default, deserialize_with = "kept_or_set")]
    #[garde(skip)]
    suspended: Option<bool>,
}

/// Changes a user's global role, suspends or restores them. One super admin always stays.
#[utoipa::path(patch, path = "/admin/users/{user_id}", tag = "admin", params(("user_id" = UserId, Path)),
    request_body(content((UpdateUser = "application/merge-patch+json"), (UpdateUser = "application/json"))),
    responses((status = OK, body = User), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn update_user(
    State(app): State<AppState>,
    SuperAdmin(principal): SuperAdmin,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(patch): Json<UpdateUser>,
) -> Result<Versioned<User>> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let others = queries::lock_super_admins(&mut tx, id).await?;
    if !queries::is_super_admin(&mut tx, principal.user_id).await? {
        return Err(Problem::new(Code::Forbidden));
    }
    let before = queries::get_user(&mut tx, id).await?.or_not_found()?;
    if_match.check(before.version)?;
    let was_suspended = before.status == UserStatus::Suspended;
    let role = patch.global_role.unwrap_or(before.global_role);
    let suspended = patch.suspended.unwrap_or(was_suspended);
    let goes = before.global_role == GlobalRole::SuperAdmin
        && !was_suspended
        && (role != GlobalRole::SuperAdmin || suspended);
    if goes && others == 0 {
        return Err(Problem::new(Code::LastSuperAdmin));
    }
    if (role, suspended) != (before.global_role, was_suspended) {
        queries::update_user(&mut tx, id, role, suspended, now).await?;
    }
    let entry = |action| Entry::success(Some(principal.user_id), action, id.0);
    if role != before.global_role {
        let metadata = json!({"before": before.global_role, "after": role});
        audit::record(&mut tx, entry(Action::UserRoleChanged).with(metadata), now).await?;
    }
    if suspended != was_suspended {
        let action = if suspended { Action::UserSuspended } else { Action::UserRestored };
        audit::record(&mut tx, entry(action), now).await?;
    }
    let user = queries::get_user(&mut tx, id).await?.or_not_found()?;
    tx.commit().await?;

    Ok(Versioned(user))
}
