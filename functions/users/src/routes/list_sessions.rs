//! `GET /users/me/sessions`.

use axum::extract::State;
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    extract::{Json, Query},
    ids::SessionId,
    pagination::{Cursor, Limit, Page},
    principal::Principal,
    problem::{ProblemBody, Result},
};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::{AppState, queries};

/// Which sessions.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSessions {
    /// Entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

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
#[utoipa::path(get, path = "/users/me/sessions", tag = "users", params(ListSessions), security(("bearer" = [])),
    responses((status = OK, body = Page<Session>), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_sessions(
    State(app): State<AppState>,
    principal: Principal,
    Query(query): Query<ListSessions>,
) -> Result<Json<Page<Session>>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let now = app.clock.now();
    let rows = queries::list_sessions(&app.db, &principal, after, query.limit.rows(), now).await?;
    Ok(Json(Page::new(rows, query.limit, |session| session.id.0)))
}
