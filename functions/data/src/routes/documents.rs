//! `/documents` and the paths below it.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    cloud::storage::{Download, Upload},
    http::{
        batch::Batch,
        extract::{Json, OptionalJson, Query},
        idempotency::IdempotencyKey,
        merge_patch::Field,
        pagination::{Cursor, Limit, Page, PageQuery},
        precondition::IfMatch,
        problem::{ProblemBody, Result},
        versioned::{Created, HasVersion, Versioned},
    },
    identity::guard::{
        ByBody, ByQuery, InProject, ItemEditor, ProjectAdmin, ProjectContributor, ProjectMember,
    },
    items::{
        FileSize, ItemKind, ItemStatus, MediaType,
        locators::{self, ByItem},
    },
};
use utoipa::{IntoParams, ToSchema};

use super::requests::{CreateBatch, UploadedBy, is_crc32c, is_filename};
use crate::{
    items::Items,
    model::{Document, DocumentPage, Filter, ItemRow, Listed, NewItem, NextUpload, OwnField},
    uploads::{RESUMABLE_FROM_BYTES, Uploads},
};

/// The kind of these items.
type Kind = locators::Document;
type ContentType = MediaType<Kind>;
type Size = FileSize<Kind>;

/// Which documents.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDocuments {
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Only those in this status.
    #[garde(skip)]
    #[param(inline)]
    status: Option<ItemStatus>,
    /// Only those with this label.
    #[garde(length(chars, min = 1, max = 64))]
    domain: Option<String>,
    /// Only the caller's own.
    #[garde(skip)]
    #[param(inline)]
    uploaded_by: Option<UploadedBy>,
    /// Words in the name or the text: `"a phrase"`, `or` and `-not` are understood. The best match comes first.
    #[garde(length(chars, min = 1, max = 200))]
    q: Option<String>,
    /// Entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

impl InProject for ListDocuments {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl ListDocuments {
    fn filter(self, caller: UserId) -> Filter {
        Filter {
            project_id: self.project_id,
            kind: Some(ItemKind::Document),
            status: self.status,
            domain: self.domain,
            uploaded_by: self.uploaded_by.map(|uploader| uploader.user(caller)),
            words: self.q,
            after: self.cursor.map(|cursor| cursor.0),
            limit: self.limit,
        }
    }
}

/// List documents
///
/// The newest come first; in a search, the best matches.
#[utoipa::path(get, path = "/documents", tag = "documents", params(ListDocuments), security(("bearer" = [])),
    responses((status = OK, body = Page<Listed<Document>>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_documents(
    State(items): State<Items>,
    access: ProjectMember<ByQuery<ListDocuments>>,
) -> Result<Json<Page<Listed<Document>>>> {
    items.list(&access.found.filter(access.principal.user_id)).await.map(Json)
}

/// A document to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateDocument {
    /// The project it belongs to.
    #[garde(skip)]
    project_id: ProjectId,
    /// The file's name, without a path.
    #[garde(length(chars, min = 1, max = 255), custom(is_filename))]
    #[schema(min_length = 1, max_length = 255)]
    filename: String,
    #[garde(skip)]
    content_type: ContentType,
    /// The exact size; storage refuses any other.
    #[garde(dive)]
    #[schema(inline)]
    size_bytes: Size,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    crc32c: Option<String>,
    /// A label that the team chooses.
    #[garde(length(chars, min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    domain: Option<String>,
    /// Whether the upload can be interrupted and resumed; beyond 8 MiB it always can.
    #[serde(default)]
    #[garde(skip)]
    resumable: bool,
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
            kind: ItemKind::Document,
            filename: new.filename,
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes.bytes(),
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes.bytes() > RESUMABLE_FROM_BYTES,
            domain: new.domain,
            language: None,
        }
    }
}

/// A document and the upload of its bytes.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentUpload {
    document: Document,
    upload: Upload,
}

impl From<(ItemRow, Upload)> for DocumentUpload {
    fn from((row, upload): (ItemRow, Upload)) -> Self {
        Self { document: row.into(), upload }
    }
}

impl HasVersion for DocumentUpload {
    fn version(&self) -> i32 {
        self.document.version()
    }
}

/// Create a document and return a signed upload URL
#[utoipa::path(post, path = "/documents", tag = "documents", security(("bearer" = [])), request_body = CreateDocument,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = CREATED, body = DocumentUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_document(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateDocument>>,
) -> Result<Created<DocumentUpload>> {
    let body: DocumentUpload = uploads.create(access, &key).await?.into();
    Ok(Created { location: format!("/documents/{}", body.document.item.id), body })
}

/// Create up to 100 documents, with a result for each
#[utoipa::path(post, path = "/documents/batch", tag = "documents", security(("bearer" = [])),
    request_body = CreateBatch<CreateDocument>,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = OK, body = Batch<DocumentUpload>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_documents(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateBatch<CreateDocument>>>,
) -> Result<Json<Batch<DocumentUpload>>> {
    let created = uploads.create_each(access, &key).await?.into_iter();
    Ok(Json(Batch::new(StatusCode::CREATED, created.map(|created| created.map(DocumentUpload::from)))))
}

/// A document with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentWithText {
    #[serde(flatten)]
    document: Document,
    /// The recognized text, page after page; null until it was read.
    ocr_text: Option<String>,
    /// The text as a reviewer corrected it.
    corrected_text: Option<String>,
}

impl HasVersion for DocumentWithText {
    fn version(&self) -> i32 {
        self.document.version()
    }
}

/// Get a document with its text
#[utoipa::path(get, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = DocumentWithText), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_document(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Versioned<DocumentWithText>> {
    let (row, ocr_text, corrected_text) = items.get_with_text(access.found).await?;
    Ok(Versioned(DocumentWithText { document: row.into(), ocr_text, corrected_text }))
}

/// A merge patch (RFC 7396): a field that is left out stays, null clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateDocument {
    /// A label that the team chooses; null removes it.
    #[serde(default)]
    #[garde(custom(is_label))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    domain: Field<String>,
}

fn is_label(domain: &Field<String>, (): &()) -> garde::Result {
    match domain {
        Field::Set(label) if !(1..=64).contains(&label.chars().count()) => {
            Err(garde::Error::new("has to have 1 to 64 characters"))
        }
        _ => Ok(()),
    }
}

/// Update a document
#[utoipa::path(patch, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    request_body(content((UpdateDocument = "application/merge-patch+json"), (UpdateDocument = "application/json"))),
    responses((status = OK, body = Document), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = PRECONDITION_FAILED, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn update_document(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
    Json(patch): Json<UpdateDocument>,
) -> Result<Versioned<Document>> {
    let row = items.update(&access, &if_match, OwnField::Domain(patch.domain)).await?;
    Ok(Versioned(row.into()))
}

/// Delete a document
///
/// It vanishes at once, and its file after a while.
#[utoipa::path(delete, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = ProblemBody), (status = NOT_FOUND, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn delete_document(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
) -> Result<StatusCode> {
    items.delete(&access, &if_match).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The description of the next upload; a field that is left out stays as it was.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextDocumentUpload {
    /// The file's name, without a path.
    #[garde(length(chars, min = 1, max = 255), inner(custom(is_filename)))]
    #[schema(min_length = 1, max_length = 255)]
    filename: Option<String>,
    #[garde(skip)]
    content_type: Option<ContentType>,
    /// The exact size; storage refuses any other.
    #[garde(dive)]
    #[schema(inline)]
    size_bytes: Option<Size>,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    crc32c: Option<String>,
    /// Whether the upload can be interrupted and resumed.
    #[garde(skip)]
    resumable: Option<bool>,
}

impl From<NextDocumentUpload> for NextUpload {
    fn from(next: NextDocumentUpload) -> Self {
        Self {
            filename: next.filename,
            content_type: next.content_type.map(|content_type| content_type.as_str()),
            size_bytes: next.size_bytes.map(|size| size.bytes()),
            crc32c: next.crc32c,
            resumable: next.resumable,
        }
    }
}

/// Renew the upload URL of a document
///
/// A draft gets a fresh URL; a failed or rejected document one for its next upload, which may have another
/// description.
#[utoipa::path(post, path = "/documents/{document_id}/upload-url", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)), request_body = Option<NextDocumentUpload>,
    responses((status = OK, body = DocumentUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn renew_upload_url(
    State(uploads): State<Uploads>,
    access: ItemEditor<ByItem<Kind>>,
    OptionalJson(next): OptionalJson<NextDocumentUpload>,
) -> Result<Json<DocumentUpload>> {
    let renewed = uploads.renew(&access, &next.into()).await?;
    Ok(Json(renewed.into()))
}

/// List the pages of a document
///
/// Each with its text, confidence and layout.
#[utoipa::path(get, path = "/documents/{document_id}/pages", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<DocumentPage>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_pages(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DocumentPage>>> {
    items.pages(access.found, &query).await.map(Json)
}

/// Create a link to the file of a document
///
/// The file is served as an attachment.
#[utoipa::path(get, path = "/documents/{document_id}/download", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = Download), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn download_document(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Json<Download>> {
    items.download(&access).await.map(Json)
}

/// Reprocess a failed document
#[utoipa::path(post, path = "/documents/{document_id}/reprocess", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = ACCEPTED, body = Document), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn reprocess_document(
    State(items): State<Items>,
    access: ProjectAdmin<ByItem<Kind>>,
) -> Result<(StatusCode, Json<Document>)> {
    Ok((StatusCode::ACCEPTED, Json(items.reprocess(&access).await?.into())))
}
