//! The handler of `GET /projects/{project_id}/members`.

use axum::extract::State;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::guard::ProjectMember,
};

use crate::{AppState, model::Member, queries};

/// List members
///
/// Returns members in the order in which they joined.
#[utoipa::path(get, path = "/projects/{project_id}/members", tag = "projects",
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = OK, body = Page<Member>)))]
pub(crate) async fn list_members(
    State(app): State<AppState>,
    access: ProjectMember,
    list: List,
) -> Result<Json<Page<Member>>> {
    let rows = queries::list_members(&app.db, access.project_id, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |member| member.id.0)))
}
