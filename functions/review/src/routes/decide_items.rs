//! Handler of `POST /review/bulk`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    base::ids::{ItemId, ProjectId},
    http::{batch::Batch, extract::Json, problem::Result},
    identity::guard::{ByBody, InProject, ProjectReviewer},
};
use utoipa::ToSchema;

use crate::{
    decisions::Decisions,
    model::{Decision, ReviewItem},
    reviewer::Reviewer,
};

/// Up to 100 decisions on items of one project.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideItems {
    /// The project of all items.
    #[garde(skip)]
    project_id: ProjectId,
    /// The decisions. Each has an `item_id` and the fields of `PATCH /review/{item_id}`.
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<ItemDecision>, min_items = 1, max_items = 100)]
    decisions: Vec<Value>,
}

impl InProject for DecideItems {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A decision of a batch, with the id of the item.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents the schema; each decision is parsed separately, so one invalid decision fails alone"
)]
pub(crate) struct ItemDecision {
    item_id: ItemId,
    #[serde(flatten)]
    decision: Decision,
}

/// The state of an item after a decision in a batch.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecidedItem {
    item: ReviewItem,
}

/// Decide on up to 100 items, with a result for each
///
/// Items are decided independently of each other. Results are in request order.
#[utoipa::path(post, path = "/review/bulk", tag = "review", request_body = DecideItems,
    responses((status = OK, body = Batch<DecidedItem>)))]
pub(crate) async fn decide_items(
    State(decisions): State<Decisions>,
    access: ProjectReviewer<ByBody<DecideItems>>,
) -> Result<Json<Batch<DecidedItem>>> {
    let decided = decisions.decide_each(&Reviewer::from(&access), access.target.decisions).await;
    let decided = decided.into_iter().map(|item| item.map(|item| DecidedItem { item }));
    Ok(Json(Batch::new(StatusCode::OK, decided)))
}
