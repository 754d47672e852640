//! `DELETE /documents/{document_id}`.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    http::{
        precondition::IfMatch,
        problem::{ProblemBody, Result},
    },
    identity::guard::ItemEditor,
    items::locators::{ByItem, Document},
};

use crate::AppState;

/// Deletes a document: it vanishes at once, and its file after a while.
#[utoipa::path(delete, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = ProblemBody), (status = NOT_FOUND, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn delete_document(
    State(app): State<AppState>,
    seen: IfMatch,
    access: ItemEditor<ByItem<Document>>,
) -> Result<StatusCode> {
    app.delete(&access, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}
