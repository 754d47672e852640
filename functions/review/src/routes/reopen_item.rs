//! `POST /review/{item_id}/reopen`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        precondition::IfMatch,
        problem::{ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectAdmin,
    items::locators::{AnyItem, ByItem},
};

use crate::{AppState, decision::Reviewer, model::ReviewItem};

/// Has an item that was decided on wait for a reviewer again.
#[utoipa::path(post, path = "/review/{item_id}/reopen", tag = "review", security(("bearer" = [])),
    params(("item_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = OK, body = ReviewItem), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn reopen_item(
    State(app): State<AppState>,
    seen: IfMatch,
    access: ProjectAdmin<ByItem<AnyItem>>,
) -> Result<impl IntoResponse> {
    let reviewer =
        Reviewer { principal: &access.principal, project_id: access.project_id, role: access.role };
    let item = app.reopen(&reviewer, access.found.id, &seen).await?;
    Ok(([(header::ETAG, etag(item.version))], Json(item)))
}
