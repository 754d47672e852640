//! Handlers of `/documents` and the paths below it.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    cloud::storage::Download,
    http::{
        batch::Batch,
        extract::{Json, OptionalJson},
        idempotency::IdempotencyKey,
        pagination::{List, Page, PageQuery, Unfiltered},
        precondition::IfMatch,
        problem::Result,
        versioned::{Created, Versioned},
    },
    identity::guard::{ByBody, ByList, ItemEditor, ProjectAdmin, ProjectContributor, ProjectMember},
    items::locators::{self, ByItem},
};

use crate::{
    items::Items,
    model::{
        CreateBatch, CreateDocument, Document, DocumentPage, DocumentUpload, DocumentWithText, KindField,
        ListDocuments, Listed, NextDocumentUpload, Place, UpdateDocument,
    },
    uploads::Uploads,
};

type NewItems = CreateBatch<CreateDocument>;
type Kind = locators::Document;

/// List documents
///
/// The newest items come first. With `q`, the best matches come first.
#[utoipa::path(get, path = "/documents", tag = "documents", params(ListDocuments, PageQuery),
    responses((status = OK, body = Page<Listed<Document>>),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn list_documents(
    State(items): State<Items>,
    access: ProjectMember<ByList<ListDocuments, Place>>,
) -> Result<Json<Page<Listed<Document>>>> {
    items.list(&access.target.map(|list| list.filter(access.principal.user_id))).await.map(Json)
}

/// Create a document and return a signed upload URL
///
/// The document is a draft until its file arrives. Send the file to `upload.url` with `upload.method` and `upload.headers`,
/// before `upload.expires_at`. Processing starts automatically.
#[utoipa::path(post, path = "/documents", tag = "documents", request_body = CreateDocument,
    responses((status = CREATED, body = DocumentUpload),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_document(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateDocument>>,
) -> Result<Created<DocumentUpload>> {
    let body: DocumentUpload = uploads.create(access, &key).await?.into();
    Ok(Created { location: format!("/documents/{}", body.document.item.id), body })
}

/// Create up to 100 documents, with a result for each
///
/// Items are created independently of each other. Results are in request order.
#[utoipa::path(post, path = "/documents/batch", tag = "documents",
    request_body = NewItems,
    responses((status = OK, body = Batch<DocumentUpload>),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_documents(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<NewItems>>,
) -> Result<Json<Batch<DocumentUpload>>> {
    let created = uploads.create_each(access, &key).await?.into_iter();
    Ok(Json(Batch::new(StatusCode::CREATED, created.map(|created| created.map(DocumentUpload::from)))))
}

/// Get a document with its text
///
/// The response has the text of all pages, and the text as corrected by a reviewer.
#[utoipa::path(get, path = "/documents/{document_id}", tag = "documents",
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = DocumentWithText)))]
pub(crate) async fn get_document(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Versioned<DocumentWithText>> {
    let (row, ocr_text, corrected_text) = items.get_with_text(access.target).await?;
    Ok(Versioned(DocumentWithText { document: row.into(), ocr_text, corrected_text }))
}

/// Update a document
///
/// Only the label can be changed. Only the uploader and admins may change it.
#[utoipa::path(patch, path = "/documents/{document_id}", tag = "documents",
    params(("document_id" = ItemId, Path)),
    request_body(content((UpdateDocument = "application/merge-patch+json"), (UpdateDocument = "application/json"))),
    responses((status = OK, body = Document)))]
pub(crate) async fn update_document(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
    Json(patch): Json<UpdateDocument>,
) -> Result<Versioned<Document>> {
    let row = items.update(&access, &if_match, KindField::Domain(patch.domain)).await?;
    Ok(Versioned(row.into()))
}

/// Delete a document
///
/// The item disappears immediately. Its file is deleted after the retention period.
#[utoipa::path(delete, path = "/documents/{document_id}", tag = "documents",
    params(("document_id" = ItemId, Path)),
    responses((status = NO_CONTENT)))]
pub(crate) async fn delete_document(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
) -> Result<StatusCode> {
    items.delete(&access, &if_match).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Renew the upload URL of a document
///
/// A draft gets a new URL for the same upload. A failed or rejected document gets a URL for its next upload, which may
/// have another name, type or size. The document keeps its current file until the new one arrives.
#[utoipa::path(post, path = "/documents/{document_id}/upload-url", tag = "documents",
    params(("document_id" = ItemId, Path)), request_body = Option<NextDocumentUpload>,
    responses((status = OK, body = DocumentUpload),
        (status = CONFLICT, description = "invalid_state"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn renew_upload_url(
    State(uploads): State<Uploads>,
    access: ItemEditor<ByItem<Kind>>,
    OptionalJson(next): OptionalJson<NextDocumentUpload>,
) -> Result<Json<DocumentUpload>> {
    let renewed = uploads.renew(&access, next.into()).await?;
    Ok(Json(renewed.into()))
}

/// List the pages of a document
///
/// Each page has its text, confidence and layout.
#[utoipa::path(get, path = "/documents/{document_id}/pages", tag = "documents",
    params(("document_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<DocumentPage>)))]
pub(crate) async fn list_pages(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
    list: List<Unfiltered, i32>,
) -> Result<Json<Page<DocumentPage>>> {
    items.pages(access.target, &list).await.map(Json)
}

/// Create a link to the file of a document
///
/// The link expires. The file is served as an attachment whose name has the extension of its media type. A file whose
/// type is not accepted cannot be downloaded.
#[utoipa::path(get, path = "/documents/{document_id}/download", tag = "documents",
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = Download),
        (status = CONFLICT, description = "invalid_state")))]
pub(crate) async fn download_document(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Json<Download>> {
    items.download(&access).await.map(Json)
}

/// Reprocess a failed document
///
/// The uploaded file is processed again. Only for project admins.
#[utoipa::path(post, path = "/documents/{document_id}/reprocess", tag = "documents",
    params(("document_id" = ItemId, Path)),
    responses((status = ACCEPTED, body = Document),
        (status = CONFLICT, description = "invalid_state"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn reprocess_document(
    State(items): State<Items>,
    access: ProjectAdmin<ByItem<Kind>>,
) -> Result<(StatusCode, Json<Document>)> {
    Ok((StatusCode::ACCEPTED, Json(items.reprocess(&access).await?.into())))
}
