//! The handler of `POST /projects`.

use crate::{
    AppState,
    model::{Project, ProjectValues},
    queries,
};
use axum::extract::State;
use shared::{
    audit::{self, Action, Entry},
    base::ids::ProjectId,
    http::{
        extract::Json,
        idempotency::{IdempotencyKey, Reservation},
        problem::{OrNotFound as _, Problem, Result},
        versioned::Created,
    },
    identity::principal::Principal,
};

/// Create a project
///
/// The caller becomes its first project admin.
#[utoipa::path(post, path = "/projects", tag = "projects",
    responses((status = CREATED, body = Project),
        (status = NOT_FOUND, description = "not_found"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_project(
    State(app): State<AppState>,
    principal: Principal,
    key: IdempotencyKey,
    Json(new): Json<ProjectValues>,
) -> Result<Created<Project>> {
    let id = ProjectId::new();
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    let project = match key.reserve(&mut tx, user, id.0, now).await? {
        Reservation::First => {
            if queries::count_projects(&mut tx, user, app.limits.projects).await? >= app.limits.projects {
                return Err(Problem::quota_exceeded("projects_per_user", None));
            }
            let project = queries::insert_project(&mut tx, id, user, &new, now).await?;
            let entry = Entry::success(Some(user), Action::ProjectCreated, id.0).in_project(id);
            audit::record(&mut tx, entry, now).await?;
            project
        }
        Reservation::Repeat(id) => {
            queries::get_project(&mut tx, ProjectId(id), &principal).await?.or_not_found()?
        }
    };
    tx.commit().await?;

    Ok(Created { location: format!("/projects/{}", project.id), body: project })
}
