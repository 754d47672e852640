//! `GET /documents/{document_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use serde::Serialize;
use shared::{
    extract::Json,
    guard::{ByItem, Document as IsDocument, ProjectMember},
    ids::ItemId,
    problem::{Code, Problem, ProblemBody, Result},
    server::etag,
};
use utoipa::ToSchema;

use crate::{AppState, model::Document, queries};

/// A document with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentWithText {
    #[serde(flatten)]
    document: Document,
    /// The recognised text, page after page; null until it was read.
    ocr_text: Option<String>,
}

/// One document, with its text.
#[utoipa::path(get, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = DocumentWithText), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_document(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<IsDocument>>,
) -> Result<impl IntoResponse> {
    let id = access.found.id;
    let row = queries::get_document(&app.db, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let ocr_text = queries::get_text(&app.db, id).await?;
    let etag = [(header::ETAG, etag(row.document.version))];
    Ok((etag, Json(DocumentWithText { document: row.document, ocr_text })))
}
