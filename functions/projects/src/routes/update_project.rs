//! The handler of `PUT /projects/{project_id}`.

use axum::extract::State;
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
        problem::{OrNotFound as _, Result},
        versioned::Versioned,
    },
    identity::guard::ProjectAdmin,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{Project, ProjectValues},
    queries,
};

/// The new values of a project.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateProject {
    #[garde(dive)]
    name: Name,
    /// Description of at most 2,000 characters. Cleared if omitted.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// Default language of voice samples, as a BCP 47 tag. Cleared if omitted.
    #[garde(inner(custom(is_language)))]
    language: Option<String>,
}

/// Update a project
///
/// Replaces the name, description and language. Omitted fields are cleared.
#[utoipa::path(put, path = "/projects/{project_id}", tag = "projects", params(("project_id" = ProjectId, Path)),
    responses((status = OK, body = Project)))]
pub(crate) async fn update_project(
    State(app): State<AppState>,
    access: ProjectAdmin,
    if_match: IfMatch,
    Json(new): Json<UpdateProject>,
) -> Result<Versioned<Project>> {
    let (id, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let before = queries::lock_project(&mut tx, id, &access.principal).await?.by_admin()?;
    if_match.check(before.version)?;
    let after = ProjectValues {
        name: new.name.as_str().to_owned(),
        description: new.description,
        language: new.language,
    };
    if after != before.values {
        queries::update_project(&mut tx, id, &after, now).await?;
        let entry = Entry::success(Some(user), Action::ProjectUpdated, id.0).in_project(id);
        audit::record(&mut tx, entry.with_personal(json!({"after": after})), now).await?;
    }
    let project = queries::get_project(&mut tx, id, &access.principal).await?;
    let project = project.or_not_found()?;
    tx.commit().await?;

    Ok(Versioned(project))
}
