//! The handler of `PATCH /projects/{project_id}/members/{user_id}`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ProjectId, UserId},
    http::{
        extract::{Json, Path},
        problem::{OrNotFound as _, Result},
    },
    identity::{
        admins::{self, Removal},
        guard::{ProjectAdmin, ProjectRole},
        invitations::end_invitations,
    },
};
use utoipa::ToSchema;

use crate::{AppState, model::Member, queries};

/// A merge patch (RFC 7396). Omitted fields stay unchanged. The role cannot be cleared.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateMember {
    #[serde(default, deserialize_with = "shared::http::merge_patch::kept_or_set")]
    #[garde(skip)]
    #[schema(value_type = ProjectRole, required = false)]
    role: Option<ProjectRole>,
}

/// Path parameters: the id of the user.
#[derive(Deserialize)]
pub(crate) struct MemberPath {
    pub(crate) user_id: UserId,
}

/// Change the role of a member
///
/// The last admin of a project cannot be given another role.
#[utoipa::path(patch, path = "/projects/{project_id}/members/{user_id}", tag = "projects",
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)),
    request_body(content((UpdateMember = "application/merge-patch+json"),
        (UpdateMember = "application/json"))),
    responses((status = OK, body = Member),
        (status = CONFLICT, description = "last_admin")))]
pub(crate) async fn update_member(
    State(app): State<AppState>,
    access: ProjectAdmin,
    Path(MemberPath { user_id }): Path<MemberPath>,
    Json(patch): Json<UpdateMember>,
) -> Result<Json<Member>> {
    let (project, now) = (access.project_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    queries::lock_project(&mut tx, project, &access.principal).await?.by_admin()?;
    let mut member = queries::get_member(&mut tx, project, user_id).await?.or_not_found()?;
    if let Some(role) = patch.role.filter(|role| *role != member.role) {
        if let Some(refused) = admins::refusal(&mut tx, user_id, Removal::FromProject(project)).await? {
            return Err(refused);
        }
        queries::update_role(&mut tx, project, user_id, role).await?;
        end_invitations(&mut tx, user_id, now).await?;
        let metadata = json!({"before": member.role, "after": role});
        let entry = Entry::success(Some(access.principal.user_id), Action::MemberRoleChanged, user_id.0);
        audit::record(&mut tx, entry.in_project(project).with(metadata), now).await?;
        member.role = role;
    }
    tx.commit().await?;

    Ok(Json(member))
}
