//! `GET /projects/{project_id}/invitations`.

use axum::extract::State;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
};

use crate::{AppState, model::Invitation, queries};

/// A project's invitations, newest first, whatever became of them.
#[utoipa::path(get, path = "/projects/{project_id}/invitations", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = OK, body = Page<Invitation>), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_invitations(
    State(app): State<AppState>,
    access: ProjectAdmin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Invitation>>> {
    let (after, limit, now) = (page.after(), page.limit, app.clock.now());
    let rows = queries::list_invitations(&app.db, access.project_id, after, limit.rows(), now).await?;
    Ok(Json(Page::new(rows, limit, |invitation| invitation.id.0)))
}
