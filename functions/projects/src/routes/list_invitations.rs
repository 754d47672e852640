//! The handler of `GET /projects/{project_id}/invitations`.

use axum::extract::State;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::guard::ProjectAdmin,
};

use crate::{AppState, model::Invitation, queries};

/// List invitations
///
/// Returns invitations of every status, newest first.
#[utoipa::path(get, path = "/projects/{project_id}/invitations", tag = "projects",
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = OK, body = Page<Invitation>)))]
pub(crate) async fn list_invitations(
    State(app): State<AppState>,
    access: ProjectAdmin,
    list: List,
) -> Result<Json<Page<Invitation>>> {
    let now = app.clock.now();
    let rows = queries::list_invitations(&app.db, access.project_id, list.after, list.rows(), now).await?;
    Ok(Json(list.page(rows, |invitation| invitation.id.0)))
}
