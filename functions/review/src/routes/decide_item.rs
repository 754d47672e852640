//! Handler of `PATCH /review/{item_id}`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        precondition::IfMatch,
        problem::{ProblemBody, Result},
        versioned::Versioned,
    },
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};

use crate::{
    decisions::Decisions,
    model::{Decision, ReviewItem},
};

/// Approve or reject an item
#[utoipa::path(patch, path = "/review/{item_id}", tag = "review",
    params(("item_id" = ItemId, Path)),
    request_body = Decision,
    responses((status = OK, body = ReviewItem), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn decide_item(
    State(decisions): State<Decisions>,
    if_match: IfMatch,
    access: ProjectReviewer<ByItem<AnyItem>>,
    Json(decision): Json<Decision>,
) -> Result<Versioned<ReviewItem>> {
    decisions.decide(&(&access).into(), access.target.id, &if_match, &decision).await.map(Versioned)
}
