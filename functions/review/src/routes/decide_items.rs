//! `POST /review/bulk`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    base::ids::{ItemId, ProjectId},
    http::{
        batch::Batch,
        extract::{self, Json},
        precondition::IfMatch,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::guard::{ByBody, InProject, ProjectReviewer},
};
use utoipa::ToSchema;

use crate::{
    AppState,
    decision::{Decision, Reviewer},
    model::ReviewItem,
};

/// Up to 100 decisions on items of one project.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decisions {
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Each with the `item_id` that it is about, beside what `PATCH /review/{item_id}` takes.
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<ItemDecision>, min_items = 1, max_items = 100)]
    decisions: Vec<Value>,
}

impl InProject for Decisions {
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

/// An item that was decided on.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecidedItem {
    item: ReviewItem,
}

/// Decides on many items, each by itself.
#[utoipa::path(post, path = "/review/bulk", tag = "review", security(("bearer" = [])), request_body = Decisions,
    responses((status = OK, body = Batch<DecidedItem>), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn decide_items(
    State(app): State<AppState>,
    access: ProjectReviewer<ByBody<Decisions>>,
) -> Result<Json<Batch<DecidedItem>>> {
    let reviewer =
        Reviewer { principal: &access.principal, project_id: access.project_id, role: access.role };
    let mut decided = Vec::with_capacity(access.found.decisions.len());
    for decision in &access.found.decisions {
        let item = app.decide_one(&reviewer, decision.clone()).await;
        decided.push(item.map(|item| DecidedItem { item }));
    }
    Ok(Json(Batch::new(StatusCode::OK, decided)))
}

impl AppState {
    async fn decide_one(&self, reviewer: &Reviewer<'_>, mut decision: Value) -> Result<ReviewItem> {
        let id = decision.as_object_mut().and_then(|fields| fields.remove("item_id"));
        let id: ItemId = serde_json::from_value(id.unwrap_or_default())
            .map_err(|_| Problem::invalid_field("item_id", "expected the id of an item"))?;
        let decision: Decision = extract::json_from_slice(decision.to_string().as_bytes())?;
        let decided = self.decide(reviewer, id, &IfMatch::default(), &decision).await;
        // What happened to one of many is told in its answer; what is wrong on our side also in the log.
        decided.inspect_err(|problem| {
            if problem.code() == Code::Internal {
                tracing::error!(cause = problem.cause(), item_id = %id, "a decision failed");
            }
        })
    }
}
