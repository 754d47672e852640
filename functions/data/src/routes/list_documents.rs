//! `GET /documents`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    extract::Json,
    guard::{ByQuery, InProject, ProjectMember},
    ids::ProjectId,
    items::ItemStatus,
    pagination::{Cursor, Limit, Page},
    problem::{ProblemBody, Result},
};
use utoipa::{IntoParams, ToSchema};

use crate::{AppState, model::Document, queries};

/// Which documents.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDocuments {
    /// The project.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
    /// Only those in this state.
    #[garde(skip)]
    #[param(inline)]
    pub(crate) status: Option<ItemStatus>,
    /// Only those with this label.
    #[garde(length(chars, min = 1, max = 64))]
    pub(crate) domain: Option<String>,
    /// Only the caller's own.
    #[garde(skip)]
    #[param(inline)]
    pub(crate) uploaded_by: Option<UploadedBy>,
    /// Entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Limit,
    /// `next_cursor` of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Option<Cursor>,
}

/// Whose uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadedBy {
    /// The caller's.
    Me,
}

impl InProject for ListDocuments {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A project's documents, newest first.
#[utoipa::path(get, path = "/documents", tag = "documents", params(ListDocuments), security(("bearer" = [])),
    responses((status = OK, body = Page<Document>), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn list_documents(
    State(app): State<AppState>,
    access: ProjectMember<ByQuery<ListDocuments>>,
) -> Result<Json<Page<Document>>> {
    let query = &access.found;
    let rows = queries::list_documents(&app.db, query, access.principal.user_id).await?;
    Ok(Json(Page::new(rows, query.limit, |document| document.id.0)))
}
