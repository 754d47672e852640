//! `POST /review/{item_id}/reopen`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{
        precondition::IfMatch,
        problem::{ProblemBody, Result},
        versioned::Versioned,
    },
    identity::guard::ProjectAdmin,
    items::locators::{AnyItem, ByItem},
};

use crate::{decisions::Decisions, model::ReviewItem};

/// Reopen a decided item
///
/// It awaits a decision again.
#[utoipa::path(post, path = "/review/{item_id}/reopen", tag = "review", security(("bearer" = [])),
    params(("item_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = OK, body = ReviewItem), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn reopen_item(
    State(decisions): State<Decisions>,
    if_match: IfMatch,
    access: ProjectAdmin<ByItem<AnyItem>>,
) -> Result<Versioned<ReviewItem>> {
    decisions.reopen(&(&access).into(), access.found.id, &if_match).await.map(Versioned)
}
