//! `DELETE /projects/{project_id}`.

use axum::{extract::State, http::StatusCode};
use shared::{
    audit::{self, Action, Entry},
    base::ids::ProjectId,
    http::{
        precondition::IfMatch,
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
};

use crate::{AppState, queries};

/// Deletes a project and all that is in it.
#[utoipa::path(delete, path = "/projects/{project_id}", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the deletion is meant for.")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn delete_project(
    State(app): State<AppState>,
    access: ProjectAdmin,
    seen: IfMatch,
) -> Result<StatusCode> {
    let (id, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let project = queries::lock_project(&mut tx, id, &access.principal).await?.by_admin()?;
    seen.check(project.version)?;
    queries::delete_project(&mut tx, id, now).await?;
    audit::record(&mut tx, Entry::success(Some(user), Action::ProjectDeleted, id.0).in_project(id), now)
        .await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
