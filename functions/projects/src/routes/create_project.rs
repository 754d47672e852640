//! `POST /projects`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use garde::Validate;
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    extract::Json,
    ids::ProjectId,
    principal::Principal,
    problem::{ProblemBody, Result},
    server::etag,
    text::Name,
};
use utoipa::ToSchema;

use crate::{AppState, model::Project, queries};

/// A project to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateProject {
    #[garde(dive)]
    pub(crate) name: Name,
    /// At most 2,000 characters.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    pub(crate) description: Option<String>,
}

/// Makes a project; the caller becomes its admin.
#[utoipa::path(post, path = "/projects", tag = "projects", security(("bearer" = [])),
    responses((status = CREATED, body = Project), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_project(
    State(app): State<AppState>,
    principal: Principal,
    Json(new): Json<CreateProject>,
) -> Result<impl IntoResponse> {
    let id = ProjectId::new();
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let project = queries::insert_project(&mut tx, id, principal.user_id, &new, now).await?;
    let entry = Entry::success(Some(principal.user_id), Action::ProjectCreated, id.0).in_project(id);
    audit::record(&mut tx, entry, now).await?;
    tx.commit().await?;

    let headers = [(header::LOCATION, format!("/projects/{id}")), (header::ETAG, etag(project.version))];
    Ok((StatusCode::CREATED, headers, Json(project)))
}
