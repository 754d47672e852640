//! Handler of `POST /review/next`.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{problem::Result, versioned::Versioned},
    identity::guard::{ByQuery, InProject, ProjectReviewer},
    items::ItemKind,
};
use utoipa::IntoParams;

use crate::{
    claims::Claims,
    model::{Order, Queue, ReviewItem},
};

/// The query parameters of `POST /review/next`.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClaimNext {
    /// The project whose queue is used.
    #[garde(skip)]
    project_id: ProjectId,
    /// Selects only documents or only voice samples.
    #[garde(skip)]
    #[param(inline)]
    kind: Option<ItemKind>,
    /// The order of the queue: oldest first, or lowest confidence first.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    order: Order,
}

impl InProject for ClaimNext {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// Claim the next item
///
/// Returns the item that the caller has already claimed, or else claims the first unclaimed item. Fails with
/// `too_many_claims` if the caller holds the maximum number of claims in other queues.
#[utoipa::path(post, path = "/review/next", tag = "review", params(ClaimNext),
    responses((status = OK, body = ReviewItem, headers(("ETag" = String))), (status = NO_CONTENT, description = "No item is available."),
        (status = CONFLICT, description = "too_many_claims")))]
pub(crate) async fn claim_next(
    State(claims): State<Claims>,
    access: ProjectReviewer<ByQuery<ClaimNext>>,
) -> Result<Response> {
    let ClaimNext { project_id, kind, order } = access.target;
    let queue = Queue { project_id, kind, order, user: access.principal.user_id };
    let claimed = claims.claim_next(&(&access).into(), &queue).await?;
    Ok(claimed.map_or(StatusCode::NO_CONTENT.into_response(), |item| Versioned(item).into_response()))
}
