//! `POST /review/bulk`.

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
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Each with the `item_id` that it is about, beside what `PATCH /review/{item_id}` takes.
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<ItemDecision>, min_items = 1, max_items = 100)]
    decisions: Vec<Value>,
}

impl InProject for DecideItems {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A decision, and the item that it is about.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it is read in two steps, so that what is wrong with one leaves the others alone"
)]
pub(crate) struct ItemDecision {
    item_id: ItemId,
    #[serde(flatten)]
    decision: Decision,
}

/// A decided item.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecidedItem {
    item: ReviewItem,
}

/// Decide on up to 100 items, with a result for each
#[utoipa::path(post, path = "/review/bulk", tag = "review", request_body = DecideItems,
    responses((status = OK, body = Batch<DecidedItem>)))]
pub(crate) async fn decide_items(
    State(decisions): State<Decisions>,
    access: ProjectReviewer<ByBody<DecideItems>>,
) -> Result<Json<Batch<DecidedItem>>> {
    let reviewer = Reviewer::from(&access);
    let mut decided = Vec::with_capacity(access.target.decisions.len());
    for decision in access.target.decisions {
        let item = decisions.decide_one(&reviewer, decision).await;
        decided.push(item.map(|item| DecidedItem { item }));
    }
    Ok(Json(Batch::new(StatusCode::OK, decided)))
}
