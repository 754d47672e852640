//! `DELETE /projects/{project_id}/invitations/{invitation_id}`.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{InvitationId, ProjectId},
    http::{
        extract::Path,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
};

use crate::{AppState, queries};

/// Which invitation.
#[derive(Deserialize)]
pub(crate) struct Which {
    pub(crate) invitation_id: InvitationId,
}

/// Takes an invitation back: its link leads nowhere from now on.
#[utoipa::path(delete, path = "/projects/{project_id}/invitations/{invitation_id}", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), ("invitation_id" = InvitationId, Path)),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = ProblemBody), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn revoke_invitation(
    State(app): State<AppState>,
    access: ProjectAdmin,
    Path(Which { invitation_id }): Path<Which>,
) -> Result<StatusCode> {
    let (project, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    if !queries::revoke_invitation(&mut tx, project, invitation_id, now).await? {
        return Err(Problem::new(Code::NotFound));
    }
    let entry = Entry::success(Some(user), Action::InvitationRevoked, invitation_id.0).in_project(project);
    audit::record(&mut tx, entry, now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
