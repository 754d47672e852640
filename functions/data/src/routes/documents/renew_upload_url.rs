//! `POST /documents/{document_id}/upload-url`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::guard::ItemEditor,
    items::locators::{ByItem, Document},
};
use utoipa::ToSchema;

use crate::{
    AppState,
    flow::{MayBe, is_crc32c, is_filename},
    model::{DocumentType, DocumentUpload, MAX_DOCUMENT_BYTES},
    queries::NextUpload,
};

/// What the bytes will be; what is left out is as it was announced before.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextDocumentUpload {
    /// What the file is called, without a path.
    #[garde(length(chars, min = 1, max = 255), inner(custom(is_filename)))]
    #[schema(min_length = 1, max_length = 255)]
    filename: Option<String>,
    #[garde(skip)]
    content_type: Option<DocumentType>,
    /// The exact size; storage refuses any other.
    #[garde(range(min = 1, max = MAX_DOCUMENT_BYTES))]
    #[schema(minimum = 1, maximum = 104_857_600)]
    size_bytes: Option<i64>,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    crc32c: Option<String>,
    /// Whether the upload can be broken off and taken up again.
    #[garde(skip)]
    resumable: Option<bool>,
}

/// A fresh URL for the upload of a draft; on a failed or rejected document, for its next upload, which may be of
/// another description.
#[utoipa::path(post, path = "/documents/{document_id}/upload-url", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)), request_body = Option<NextDocumentUpload>,
    responses((status = OK, body = DocumentUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn renew_upload_url(
    State(app): State<AppState>,
    access: ItemEditor<ByItem<Document>>,
    MayBe(next): MayBe<NextDocumentUpload>,
) -> Result<Json<DocumentUpload>> {
    let next = NextUpload {
        filename: next.filename.as_deref(),
        content_type: next.content_type.map(DocumentType::as_str),
        size_bytes: next.size_bytes,
        crc32c: next.crc32c.as_deref(),
        resumable: next.resumable,
    };
    let (row, upload) = app.renew_upload(&access, &next).await?;
    Ok(Json(DocumentUpload { document: row.into(), upload }))
}
