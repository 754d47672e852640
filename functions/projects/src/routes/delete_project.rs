//! The handler of `DELETE /projects/{project_id}`.

use axum::{extract::State, http::StatusCode};
use shared::{
    audit::{self, Action, Entry},
    base::ids::ProjectId,
    http::{precondition::IfMatch, problem::Result},
    identity::guard::ProjectAdmin,
};

use crate::{AppState, queries};

/// Delete a project
///
/// Deletes the project and everything in it.
#[utoipa::path(delete, path = "/projects/{project_id}", tag = "projects",
    params(("project_id" = ProjectId, Path)),
    responses((status = NO_CONTENT)))]
pub(crate) async fn delete_project(
    State(app): State<AppState>,
    access: ProjectAdmin,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let (id, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let project = queries::lock_project(&mut tx, id, &access.principal).await?.by_admin()?;
    if_match.check(project.version)?;
    queries::delete_project(&mut tx, id, now).await?;
    audit::record(&mut tx, Entry::success(Some(user), Action::ProjectDeleted, id.0).in_project(id), now)
        .await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
