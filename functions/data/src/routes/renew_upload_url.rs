//! `POST /documents/{document_id}/upload-url`.

use axum::extract::State;
use shared::{
    extract::Json,
    guard::{ByItem, Document as IsDocument, ItemEditor},
    ids::ItemId,
    items::ItemStatus,
    problem::{Code, Problem, ProblemBody, Result},
};

use crate::{AppState, model::DocumentUpload, queries};

/// A fresh URL for the upload of a draft; on a failed or rejected document, for its next upload.
#[utoipa::path(post, path = "/documents/{document_id}/upload-url", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = DocumentUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn renew_upload_url(
    State(app): State<AppState>,
    access: ItemEditor<ByItem<IsDocument>>,
) -> Result<Json<DocumentUpload>> {
    let id = access.found.id;
    queries::begin_next_upload(&app.db, id).await?;
    let row = queries::get_document(&app.db, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    if !matches!(row.document.status, ItemStatus::Draft | ItemStatus::Failed | ItemStatus::Rejected) {
        return Err(Problem::new(Code::InvalidState).detail("The document's bytes have arrived."));
    }
    let upload = app.signer.upload(&row.object(), row.expected(), app.clock.now()).await?;
    Ok(Json(DocumentUpload { document: row.document, upload }))
}
