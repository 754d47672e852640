//! `GET /admin/dead-letters`.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use shared::{
    base::ids::DeadLetterId,
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::principal::SuperAdmin,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, queries};

/// A message that was delivered in vain as often as it may be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    pub(crate) id: DeadLetterId,
    /// The subscription that gave it up.
    pub(crate) subscription: String,
    pub(crate) message_id: String,
    #[schema(value_type = Object)]
    pub(crate) attributes: Value,
    /// In base64.
    pub(crate) data: String,
    pub(crate) delivery_attempts: Option<i32>,
    /// What the last delivery failed of, where it is known.
    pub(crate) cause: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// Messages that were given up, the last one first.
#[utoipa::path(get, path = "/admin/dead-letters", tag = "admin", params(PageQuery), security(("bearer" = [])),
    responses((status = OK, body = Page<DeadLetter>), (status = FORBIDDEN, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_dead_letters(
    State(app): State<AppState>,
    _: SuperAdmin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DeadLetter>>> {
    let rows = queries::list_dead_letters(&app.db, page.after(), page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |letter| letter.id.0)))
}
