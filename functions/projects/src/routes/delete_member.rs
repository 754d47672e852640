//! The handler of `DELETE /projects/{project_id}/members/{user_id}`.

use axum::{extract::State, http::StatusCode};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ProjectId, UserId},
    http::{
        extract::Path,
        problem::{OrNotFound as _, Result},
    },
    identity::{
        admins::{self, Removal},
        guard::ProjectMember,
        invitations::end_invitations,
    },
};

use super::update_member::MemberPath;
use crate::{AppState, queries};

/// Remove a member or leave the project
///
/// Admins can remove any member. Other members can remove only themselves. The last admin cannot be removed.
#[utoipa::path(delete, path = "/projects/{project_id}/members/{user_id}", tag = "projects",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    responses((status = NO_CONTENT),
        (status = CONFLICT, description = "last_admin")))]
pub(crate) async fn delete_member(
    State(app): State<AppState>,
    access: ProjectMember,
    Path(MemberPath { user_id }): Path<MemberPath>,
) -> Result<StatusCode> {
    let (project, now) = (access.project_id, app.clock.now());
    let caller = access.principal.user_id;
    let mut tx = app.db.begin().await?;
    let locked = queries::lock_project(&mut tx, project, &access.principal).await?;
    if user_id != caller {
        locked.by_admin()?;
    }
    let member = queries::get_member(&mut tx, project, user_id).await?.or_not_found()?;
    if let Some(refused) = admins::refusal(&mut tx, user_id, Removal::FromProject(project)).await? {
        return Err(refused);
    }
    queries::delete_member(&mut tx, project, user_id).await?;
    end_invitations(&mut tx, user_id, now).await?;
    let action = if user_id == caller { Action::MemberLeft } else { Action::MemberRemoved };
    let entry = Entry::success(Some(caller), action, user_id.0).in_project(project);
    audit::record(&mut tx, entry.with(json!({"role": member.role})), now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
