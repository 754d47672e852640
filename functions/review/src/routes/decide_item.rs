//! `PATCH /review/{item_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        precondition::IfMatch,
        problem::{ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};

use crate::{
    AppState,
    decision::{Decision, Reviewer},
    model::ReviewItem,
};

/// Approves or rejects an item.
#[utoipa::path(patch, path = "/review/{item_id}", tag = "review", security(("bearer" = [])),
    params(("item_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision is meant for.")),
    request_body = Decision,
    responses((status = OK, body = ReviewItem), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn decide_item(
    State(app): State<AppState>,
    seen: IfMatch,
    access: ProjectReviewer<ByItem<AnyItem>>,
    Json(decision): Json<Decision>,
) -> Result<impl IntoResponse> {
    let reviewer =
        Reviewer { principal: &access.principal, project_id: access.project_id, role: access.role };
    let item = app.decide(&reviewer, access.found.id, &seen, &decision).await?;
    Ok(([(header::ETAG, etag(item.version))], Json(item)))
}
