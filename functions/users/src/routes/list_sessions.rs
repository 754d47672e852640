//! `GET /users/me/sessions`.

use axum::extract::State;
use serde::Serialize;
use shared::{
    base::ids::SessionId,
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::principal::Principal,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, queries};

/// A session: one sign-in on one device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// When it was last refreshed.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) last_used_at: OffsetDateTime,
    /// Where it was opened from.
    pub(crate) ip_address: Option<String>,
    /// What it was opened with.
    pub(crate) user_agent: Option<String>,
    /// Whether this request belongs to it.
    pub(crate) current: bool,
}

/// The caller's live sessions, newest first.
#[utoipa::path(get, path = "/users/me/sessions", tag = "users", params(PageQuery), security(("bearer" = [])),
    responses((status = OK, body = Page<Session>), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_sessions(
    State(app): State<AppState>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Session>>> {
    let now = app.clock.now();
    let rows = queries::list_sessions(&app.db, &principal, page.after(), page.limit.rows(), now).await?;
    Ok(Json(Page::new(rows, page.limit, |session| session.id.0)))
}
