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
    base::{
        ids::ProjectId,
        text::{Name, is_language},
    },
    http::{
        extract::Json,
        idempotency::{Claim, IdempotencyKey},
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::principal::Principal,
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
    /// The language of its voice samples, as a BCP 47 tag.
    #[garde(inner(custom(is_language)))]
    pub(crate) language: Option<String>,
}

/// Makes a project; the caller becomes its admin.
#[utoipa::path(post, path = "/projects", tag = "projects", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = CREATED, body = Project), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_project(
    State(app): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    Json(new): Json<CreateProject>,
) -> Result<impl IntoResponse> {
    let id = ProjectId::new();
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    let project = match key.claim(&mut tx, user, id.0, now).await? {
        Claim::First => {
            let project = queries::insert_project(&mut tx, id, user, &new, now).await?;
            let entry = Entry::success(Some(user), Action::ProjectCreated, id.0).in_project(id);
            audit::record(&mut tx, entry, now).await?;
            project
        }
        Claim::Repeat(id) => queries::get_project(&mut tx, ProjectId(id), &principal)
            .await?
            .ok_or_else(|| Problem::new(Code::NotFound))?,
    };
    tx.commit().await?;

    let location = format!("/projects/{}", project.id);
    let headers = [(header::LOCATION, location), (header::ETAG, etag(project.version))];
    Ok((StatusCode::CREATED, headers, Json(project)))
}
