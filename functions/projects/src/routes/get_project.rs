//! `GET /projects/{project_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectMember,
};

use crate::{AppState, model::Project, queries};

/// One project.
#[utoipa::path(get, path = "/projects/{project_id}", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)),
    responses((status = OK, body = Project), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_project(
    State(app): State<AppState>,
    access: ProjectMember,
) -> Result<impl IntoResponse> {
    let mut db = app.db.acquire().await?;
    let project = queries::get_project(&mut db, access.project_id, &access.principal)
        .await?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(([(header::ETAG, etag(project.version))], Json(project)))
}
