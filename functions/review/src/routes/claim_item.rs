//! Handler of `POST /review/{item_id}/claim`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{problem::Result, versioned::Versioned},
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};

use crate::{claims::Claims, model::ReviewItem};

/// Claim an item
///
/// A claim excludes other reviewers for 15 minutes. Repeat the request to renew it.
#[utoipa::path(post, path = "/review/{item_id}/claim", tag = "review",
    params(("item_id" = ItemId, Path)),
    responses((status = OK, body = ReviewItem),
        (status = CONFLICT, description = "claimed, already_decided, invalid_state, too_many_claims")))]
pub(crate) async fn claim_item(
    State(claims): State<Claims>,
    access: ProjectReviewer<ByItem<AnyItem>>,
) -> Result<Versioned<ReviewItem>> {
    claims.claim(&(&access).into(), access.target.id).await.map(Versioned)
}
