//! The handler of `PUT /projects/{project_id}`.

use crate::{
    AppState,
    model::{Project, ProjectValues},
    queries,
};
use axum::extract::State;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::ProjectId,
    http::{
        extract::Json,
        precondition::IfMatch,
        problem::{OrNotFound as _, Result},
        versioned::Versioned,
    },
    identity::guard::ProjectAdmin,
};

/// Update a project
///
/// Replaces the name, description and language. Omitted fields are cleared.
#[utoipa::path(put, path = "/projects/{project_id}", tag = "projects", params(("project_id" = ProjectId, Path)),
    responses((status = OK, body = Project)))]
pub(crate) async fn update_project(
    State(app): State<AppState>,
    access: ProjectAdmin,
    if_match: IfMatch,
    Json(new): Json<ProjectValues>,
) -> Result<Versioned<Project>> {
    let (id, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let before = queries::lock_project(&mut tx, id, &access.principal).await?.by_admin()?;
    if_match.check(before.version)?;
    if new != before.values {
        queries::update_project(&mut tx, id, &new, now).await?;
        let entry = Entry::success(Some(user), Action::ProjectUpdated, id.0).in_project(id);
        audit::record(&mut tx, entry.with_personal(json!({"after": new})), now).await?;
    }
    let project = queries::get_project(&mut tx, id, &access.principal).await?;
    let project = project.or_not_found()?;
    tx.commit().await?;

    Ok(Versioned(project))
}
