//! `GET /documents/{document_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use serde::Serialize;
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectMember,
    items::locators::{ByItem, Document},
};
use utoipa::ToSchema;

use crate::{AppState, model, queries};

/// A document with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentWithText {
    #[serde(flatten)]
    document: model::Document,
    /// The recognised text, page after page; null until it was read.
    ocr_text: Option<String>,
    /// What a reviewer made of it.
    corrected_text: Option<String>,
}

/// One document, with its text.
#[utoipa::path(get, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path)),
    responses((status = OK, body = DocumentWithText), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_document(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<Document>>,
) -> Result<impl IntoResponse> {
    let mut row = app.item(access.found).await?;
    let ocr_text = queries::document_text(&app.db, access.found.id).await?;
    let corrected_text = row.corrected_text.take();
    let etag = [(header::ETAG, etag(row.item.version))];
    Ok((etag, Json(DocumentWithText { document: row.into(), ocr_text, corrected_text })))
}
