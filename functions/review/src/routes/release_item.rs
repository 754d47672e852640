//! Handler of `DELETE /review/{item_id}/claim`.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    http::problem::Result,
    identity::guard::ProjectReviewer,
    items::locators::{AnyItem, ByItem},
};

use crate::claims::Claims;

/// Release a claim
///
/// Only the caller's own claim is released. A claim of another reviewer is unaffected.
#[utoipa::path(delete, path = "/review/{item_id}/claim", tag = "review",
    params(("item_id" = ItemId, Path)),
    responses((status = NO_CONTENT)))]
pub(crate) async fn release_item(
    State(claims): State<Claims>,
    access: ProjectReviewer<ByItem<AnyItem>>,
) -> Result<StatusCode> {
    claims.release(access.target.id, access.principal.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
