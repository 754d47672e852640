//! `POST /documents`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use garde::Validate;
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    extract::Json,
    guard::{ByBody, InProject, ProjectContributor},
    idempotency::{Claim, IdempotencyKey},
    ids::{ItemId, ProjectId},
    items::{self, ItemKind},
    problem::{Code, Problem, ProblemBody, Result},
    server::etag,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{DocumentType, DocumentUpload, MAX_DOCUMENT_BYTES},
    queries,
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
}

impl InProject for CreateDocument {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

fn is_filename(name: &str, (): &()) -> garde::Result {
    if name.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
        return Err(garde::Error::new("holds a path or a control character"));
    }
    Ok(())
}

fn is_crc32c(text: &str, (): &()) -> garde::Result {
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == 4 => Ok(()),
        _ => Err(garde::Error::new("expected base64 of four bytes")),
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
    let (mut id, project, user) = (ItemId::new(), access.project_id, access.principal.user_id);
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    match key.claim(&mut tx, user, id.0, now).await? {
        Claim::Repeat(created) => id = ItemId(created),
        Claim::First => {
            queries::insert_document(&mut tx, id, user, &access.found, now).await?;
            items::record_creation(&mut tx, id, project, ItemKind::Document, user, now).await?;
            let entry = Entry::success(Some(user), Action::DocumentCreated, id.0).in_project(project);
            audit::record(&mut tx, entry, now).await?;
        }
    }
    let row = queries::get_document(&mut *tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    // After the commit: signing may be a call to IAM. A client that gets no URL asks for another one.
    let upload = app.signer.upload(&row.object(), row.expected(), now).await?;
    let headers =
        [(header::LOCATION, format!("/documents/{id}")), (header::ETAG, etag(row.document.version))];
    Ok((StatusCode::CREATED, headers, Json(DocumentUpload { document: row.document, upload })))
}
