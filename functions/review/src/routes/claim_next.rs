//! `POST /review/next`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::guard::{ByQuery, InProject, ProjectReviewer},
    items::ItemKind,
};
use utoipa::IntoParams;

use crate::{
    AppState,
    decision::Reviewer,
    model::{CLAIM, Order, ReviewItem},
    queries::{self, Next, Queue},
};

/// From which part of the queue.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClaimNext {
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Only documents, or only voice samples.
    #[garde(skip)]
    #[param(inline)]
    kind: Option<ItemKind>,
    /// The oldest first, or the least confident.
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

/// Claims the next item in one step: the caller's live claim first, then what nobody holds.
#[utoipa::path(post, path = "/review/next", tag = "review", params(ClaimNext), security(("bearer" = [])),
    responses((status = OK, body = ReviewItem), (status = NO_CONTENT, description = "None is left."),
        (status = FORBIDDEN, body = ProblemBody), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn claim_next(
    State(app): State<AppState>,
    access: ProjectReviewer<ByQuery<ClaimNext>>,
) -> Result<Response> {
    let (user, now) = (access.principal.user_id, app.clock.now());
    let queue =
        Queue { project_id: access.project_id, kind: access.found.kind, order: access.found.order, user };
    let reviewer =
        Reviewer { principal: &access.principal, project_id: access.project_id, role: access.role };
    let mut tx = app.db.begin().await?;
    let may_own = app.may_decide_on_own(&mut tx, &reviewer).await?;
    let Next::Claimed(id) = queries::claim_next(&mut tx, &queue, may_own, now, now + CLAIM).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let item = queries::get_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;
    Ok(([(header::ETAG, etag(item.version))], Json(item)).into_response())
}
