//! `POST /review/{item_id}/claim`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectReviewer,
    items::{
        ItemStatus,
        locators::{AnyItem, ByItem},
    },
};

use crate::{
    AppState,
    model::{CLAIM, MAX_CLAIMS, ReviewItem},
    queries,
};

/// Claims an item for 15 minutes, or renews the caller's claim; nobody else is handed it meanwhile.
#[utoipa::path(post, path = "/review/{item_id}/claim", tag = "review", security(("bearer" = [])),
    params(("item_id" = ItemId, Path)),
    responses((status = OK, body = ReviewItem), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn claim_item(
    State(app): State<AppState>,
    access: ProjectReviewer<ByItem<AnyItem>>,
) -> Result<impl IntoResponse> {
    let (id, user, now) = (access.found.id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let item = queries::lock_item(&mut tx, id, access.project_id).await?;
    let item = item.ok_or_else(|| Problem::new(Code::NotFound))?;
    match item.status {
        ItemStatus::PendingReview => {}
        ItemStatus::Approved | ItemStatus::Rejected => return Err(Problem::new(Code::AlreadyDecided)),
        _ => return Err(Problem::new(Code::InvalidState).detail("It does not wait for a reviewer.")),
    }
    let live = item.claimed_until > Some(now);
    if live && item.claimed_by_id != Some(user) {
        return Err(Problem::new(Code::Claimed));
    }
    if !live && queries::count_claims(&mut tx, user, now).await? >= MAX_CLAIMS {
        return Err(Problem::new(Code::TooManyClaims));
    }
    queries::set_claim(&mut tx, id, user, now + CLAIM).await?;
    let item = queries::get_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;
    Ok(([(header::ETAG, etag(item.version))], Json(item)))
}
