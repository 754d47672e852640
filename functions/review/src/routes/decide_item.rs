//! Handler of `PATCH /review/{item_id}`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{extract::Json, precondition::IfMatch, problem::Result, versioned::Versioned},
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};

use crate::{
    decisions::Decisions,
    model::{Decision, ReviewItem},
};

/// Approve or reject an item
///
/// An item can be decided once, unless it is reopened. The uploader of a rejected item gets a mail with the feedback.
/// You can decide on your own upload only if no other member can.
#[utoipa::path(patch, path = "/review/{item_id}", tag = "review",
    params(("item_id" = ItemId, Path)),
    request_body(content((Decision = "application/merge-patch+json"), (Decision = "application/json"))),
    responses((status = OK, body = ReviewItem),
        (status = FORBIDDEN, description = "own_submission"),
        (status = CONFLICT, description = "already_decided, claimed, invalid_state")))]
pub(crate) async fn decide_item(
    State(decisions): State<Decisions>,
    if_match: IfMatch,
    access: ProjectReviewer<ByItem<AnyItem>>,
    Json(decision): Json<Decision>,
) -> Result<Versioned<ReviewItem>> {
    decisions.decide(&(&access).into(), access.target.id, &if_match, &decision).await.map(Versioned)
}
