//! `POST /documents/{document_id}/reprocess`.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
    items::locators::{ByItem, Document},
};

use crate::{AppState, model};

/// Has a document that failed read once more.
#[utoipa::path(post, path = "/documents/{document_id}/reprocess", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = ACCEPTED, body = model::Document), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn reprocess_document(
    State(app): State<AppState>,
    access: ProjectAdmin<ByItem<Document>>,
) -> Result<(StatusCode, Json<model::Document>)> {
    let row = app.reprocess(&access).await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}
