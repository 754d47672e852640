//! `GET /admin/users/{user_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use serde::Serialize;
use shared::{
    base::ids::{ProjectId, UserId},
    http::{
        extract::{Json, Path},
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::{guard::ProjectRole, principal::SuperAdmin},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::list_users::User;
use crate::{AppState, queries};

/// Projects that are told of one user.
const MEMBERSHIPS: i64 = 200;

/// A user, and where they work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserDetail {
    #[serde(flatten)]
    user: User,
    /// When they last signed in or kept a session going.
    #[serde(with = "time::serde::rfc3339::option")]
    last_seen_at: Option<OffsetDateTime>,
    /// The newest 200.
    memberships: Vec<Membership>,
}

/// A membership in a project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserMembership)]
pub(crate) struct Membership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
}

/// One user.
#[utoipa::path(get, path = "/admin/users/{user_id}", tag = "admin", security(("bearer" = [])),
    params(("user_id" = UserId, Path)),
    responses((status = OK, body = UserDetail), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_user(
    State(app): State<AppState>,
    _: SuperAdmin,
    Path(id): Path<UserId>,
) -> Result<impl IntoResponse> {
    let mut db = app.db.acquire().await?;
    let user = queries::get_user(&mut db, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let last_seen_at = queries::last_seen(&mut db, id).await?;
    let memberships = queries::list_memberships(&mut db, id, MEMBERSHIPS).await?;
    Ok(([(header::ETAG, etag(user.version))], Json(UserDetail { user, last_seen_at, memberships })))
}
