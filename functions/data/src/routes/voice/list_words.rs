//! `GET /voice/{voice_sample_id}/words`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectMember,
    items::locators::{ByItem, Voice},
};
use uuid::Uuid;

use crate::{AppState, flow::number_after, queries};

/// The words of a voice sample, with their times.
#[utoipa::path(get, path = "/voice/{voice_sample_id}/words", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<queries::Word>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_words(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<Voice>>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<queries::Word>>> {
    let after = number_after(&page)?;
    let rows = queries::list_words(&app.db, access.found.id, after, page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |word| Uuid::from_u128(word.place.unsigned_abs().into()))))
}
