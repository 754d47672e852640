//! `PUT /projects/{project_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{
        ids::ProjectId,
        text::{Name, is_language},
    },
    http::{
        extract::Json,
        precondition::IfMatch,
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectAdmin,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::Project,
    queries::{self, ProjectValues},
};

/// A project as it shall be.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateProject {
    #[garde(dive)]
    name: Name,
    /// At most 2,000 characters; none if left out.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// The language of its voice samples, as a BCP 47 tag; none if left out.
    #[garde(inner(custom(is_language)))]
    language: Option<String>,
}

/// Gives a project another name, description and language.
#[utoipa::path(put, path = "/projects/{project_id}", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = OK, body = Project), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = PRECONDITION_FAILED, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn update_project(
    State(app): State<AppState>,
    access: ProjectAdmin,
    seen: IfMatch,
    Json(new): Json<UpdateProject>,
) -> Result<impl IntoResponse> {
    let (id, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let before = queries::lock_project(&mut tx, id, &access.principal).await?.by_admin()?;
    seen.check(before.version)?;
    let after = ProjectValues {
        name: new.name.as_str().to_owned(),
        description: new.description,
        language: new.language,
    };
    if after != before.values {
        queries::update_project(&mut tx, id, &after, now).await?;
        let metadata = json!({"before": before.values, "after": after});
        let entry = Entry::success(Some(user), Action::ProjectUpdated, id.0).in_project(id).with(metadata);
        audit::record(&mut tx, entry, now).await?;
    }
    let project = queries::get_project(&mut tx, id, &access.principal).await?;
    let project = project.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    Ok(([(header::ETAG, etag(project.version))], Json(project)))
}
