//! `GET /projects/{project_id}/members`.

use axum::extract::State;
use serde::Serialize;
use shared::{
    base::ids::{MembershipId, ProjectId, UserId},
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::guard::{ProjectMember, ProjectRole},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, queries};

/// Somebody who works in a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    #[serde(skip)]
    pub(crate) id: MembershipId,
    pub(crate) user_id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: Option<String>,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) joined_at: OffsetDateTime,
}

/// A project's members, in the order in which they joined.
#[utoipa::path(get, path = "/projects/{project_id}/members", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = OK, body = Page<Member>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_members(
    State(app): State<AppState>,
    access: ProjectMember,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Member>>> {
    let rows = queries::list_members(&app.db, access.project_id, page.after(), page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |member| member.id.0)))
}
