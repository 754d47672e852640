//! `GET /documents/{document_id}/download`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    cloud::storage::Download,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectMember,
    items::locators::{ByItem, Document},
};

use crate::AppState;

/// A link to the file of a document, which is served as an attachment.
#[utoipa::path(get, path = "/documents/{document_id}/download", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = Download), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn download_document(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<Document>>,
) -> Result<Json<Download>> {
    app.download(&access).await.map(Json)
}
