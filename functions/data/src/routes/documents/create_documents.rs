//! `POST /documents/batch`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use serde_json::Value;
use shared::{
    base::ids::ProjectId,
    http::{
        batch::Batch,
        extract::Json,
        idempotency::IdempotencyKey,
        problem::{ProblemBody, Result},
    },
    identity::guard::{ByBody, InProject, ProjectContributor},
    items::ItemKind,
};
use utoipa::ToSchema;

use super::create_document::CreateDocument;
use crate::{AppState, model::DocumentUpload};

/// Up to 100 documents of one project.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateDocuments {
    /// The project they belong to; an item that names another one is refused.
    #[garde(skip)]
    project_id: ProjectId,
    /// What `POST /documents` takes, each by itself.
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<CreateDocument>, min_items = 1, max_items = 100)]
    items: Vec<Value>,
}

impl InProject for CreateDocuments {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// Announces many documents at once, with an answer for each.
#[utoipa::path(post, path = "/documents/batch", tag = "documents", security(("bearer" = [])),
    request_body = CreateDocuments,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = OK, body = Batch<DocumentUpload>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_documents(
    State(app): State<AppState>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateDocuments>>,
) -> Result<Json<Batch<DocumentUpload>>> {
    let (project, user) = (access.project_id, access.principal.user_id);
    let items = access.found.items;
    let answers = app.announce_each::<CreateDocument>(ItemKind::Document, project, user, &key, items).await?;
    let uploads = answers
        .into_iter()
        .map(|answer| answer.map(|(row, upload)| DocumentUpload { document: row.into(), upload }));
    Ok(Json(Batch::new(StatusCode::CREATED, uploads)))
}
