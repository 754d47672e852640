//! `POST /documents`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::{ItemId, ProjectId},
    http::{
        extract::Json,
        idempotency::IdempotencyKey,
        problem::{ProblemBody, Result},
        server::etag,
    },
    identity::guard::{ByBody, InProject, ProjectContributor},
    items::ItemKind,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    flow::{is_crc32c, is_filename},
    model::{DocumentType, DocumentUpload, MAX_DOCUMENT_BYTES, RESUMABLE_FROM_BYTES},
    queries::NewItem,
};

/// A document to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateDocument {
    /// The project it belongs to.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
    /// What the file is called, without a path.
    #[garde(length(chars, min = 1, max = 255), custom(is_filename))]
    #[schema(min_length = 1, max_length = 255)]
    pub(crate) filename: String,
    #[garde(skip)]
    pub(crate) content_type: DocumentType,
    /// The exact size; storage refuses any other.
    #[garde(range(min = 1, max = MAX_DOCUMENT_BYTES))]
    #[schema(minimum = 1, maximum = 104_857_600)]
    pub(crate) size_bytes: i64,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    pub(crate) crc32c: Option<String>,
    /// A label of the team's own.
    #[garde(length(chars, min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub(crate) domain: Option<String>,
    /// Whether the upload can be broken off and taken up again; beyond 8 MiB it can in any case.
    #[serde(default)]
    #[garde(skip)]
    pub(crate) resumable: bool,
}

impl InProject for CreateDocument {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl From<CreateDocument> for NewItem {
    fn from(new: CreateDocument) -> Self {
        Self {
            id: ItemId::new(),
            filename: new.filename,
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes,
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes > RESUMABLE_FROM_BYTES,
            domain: new.domain,
            language: None,
        }
    }
}

/// Announces a document and gives a URL to upload it to.
#[utoipa::path(post, path = "/documents", tag = "documents", security(("bearer" = [])), request_body = CreateDocument,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = CREATED, body = DocumentUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_document(
    State(app): State<AppState>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateDocument>>,
) -> Result<impl IntoResponse> {
    let (project, user) = (access.project_id, access.principal.user_id);
    let (row, upload) =
        app.announce_one(ItemKind::Document, project, user, &key, access.found.into()).await?;
    let location = format!("/documents/{}", row.item.id);
    let headers = [(header::LOCATION, location), (header::ETAG, etag(row.item.version))];
    Ok((StatusCode::CREATED, headers, Json(DocumentUpload { document: row.into(), upload })))
}
