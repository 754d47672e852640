//! Handler of `POST /review/{item_id}/reopen`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{precondition::IfMatch, problem::Result, versioned::Versioned},
    identity::guard::ProjectAdmin,
    items::locators::{AnyItem, ByItem},
};

use crate::{decisions::Decisions, model::ReviewItem};

/// Reopen a decided item
///
/// The item awaits a decision again.
#[utoipa::path(post, path = "/review/{item_id}/reopen", tag = "review",
    params(("item_id" = ItemId, Path)),
    responses((status = OK, body = ReviewItem),
        (status = CONFLICT, description = "invalid_state")))]
pub(crate) async fn reopen_item(
    State(decisions): State<Decisions>,
    if_match: IfMatch,
    access: ProjectAdmin<ByItem<AnyItem>>,
) -> Result<Versioned<ReviewItem>> {
    decisions.reopen(&(&access).into(), access.target.id, &if_match).await.map(Versioned)
}
