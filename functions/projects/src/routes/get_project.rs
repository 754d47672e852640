//! The handler of `GET /projects/{project_id}`.

use axum::extract::State;
use shared::{
    base::ids::ProjectId,
    http::{
        problem::{OrNotFound as _, Result},
        versioned::Versioned,
    },
    identity::guard::ProjectMember,
};

use crate::{AppState, model::Project, queries};

/// Get a project
///
/// The response has the role of the caller in the project.
#[utoipa::path(get, path = "/projects/{project_id}", tag = "projects", params(("project_id" = ProjectId, Path)),
    responses((status = OK, body = Project)))]
pub(crate) async fn get_project(
    State(app): State<AppState>,
    access: ProjectMember,
) -> Result<Versioned<Project>> {
    let mut db = app.db.acquire().await?;
    let project =
        queries::get_project(&mut db, access.project_id, &access.principal).await?.or_not_found()?;
    Ok(Versioned(project))
}
