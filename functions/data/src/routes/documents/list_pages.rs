//! `GET /documents/{document_id}/pages`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    http::{
        extract::{Json, Query},
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectMember,
    items::locators::{ByItem, Document},
};
use uuid::Uuid;

use crate::{AppState, flow::number_after, queries};

/// A document's pages: text, confidence and layout of each.
#[utoipa::path(get, path = "/documents/{document_id}/pages", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<queries::DocumentPage>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_pages(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<Document>>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<queries::DocumentPage>>> {
    let after = number_after(&page)?;
    let rows = queries::list_pages(&app.db, access.found.id, after, page.limit.rows()).await?;
    Ok(Json(Page::new(rows, page.limit, |page| Uuid::from_u128(page.page_number.unsigned_abs().into()))))
}
