//! The handler of `DELETE /projects/{project_id}/invitations/{invitation_id}`.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{InvitationId, ProjectId},
    http::{
        extract::Path,
        problem::{OrNotFound as _, Result},
    },
    identity::guard::ProjectAdmin,
};

use crate::{AppState, queries};

/// Path parameters: the id of the invitation.
#[derive(Deserialize)]
pub(crate) struct InvitationPath {
    pub(crate) invitation_id: InvitationId,
}

/// Revoke an invitation
///
/// Its link stops working immediately.
#[utoipa::path(delete, path = "/projects/{project_id}/invitations/{invitation_id}", tag = "projects",
    params(("project_id" = ProjectId, Path), ("invitation_id" = InvitationId, Path)),
    responses((status = NO_CONTENT)))]
pub(crate) async fn revoke_invitation(
    State(app): State<AppState>,
    access: ProjectAdmin,
    Path(InvitationPath { invitation_id }): Path<InvitationPath>,
) -> Result<StatusCode> {
    let (project, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    queries::revoke_invitation(&mut tx, project, invitation_id, now).await?.or_not_found()?;
    let entry = Entry::success(Some(user), Action::InvitationRevoked, invitation_id.0).in_project(project);
    audit::record(&mut tx, entry, now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
