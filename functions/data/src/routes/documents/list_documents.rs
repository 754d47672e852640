//! `GET /documents`.

use axum::extract::State;
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        pagination::{Cursor, Limit, Page},
        problem::{ProblemBody, Result},
    },
    identity::guard::{ByQuery, InProject, ProjectMember},
    items::{ItemKind, ItemStatus},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    flow::UploadedBy,
    model::{Document, Fragment},
    queries::{self, Filter, Found},
};

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
    /// Words in the name or the text: `"a phrase"`, `or` and `-not` are understood. The best come first.
    #[garde(length(chars, min = 1, max = 200))]
    pub(crate) q: Option<String>,
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

impl InProject for ListDocuments {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A document in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListedDocument {
    #[serde(flatten)]
    document: Document,
    /// Where the words of a search were found.
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Vec<Fragment>>,
}

/// A project's documents, newest first; those that a search finds, best first.
#[utoipa::path(get, path = "/documents", tag = "documents", params(ListDocuments), security(("bearer" = [])),
    responses((status = OK, body = Page<ListedDocument>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_documents(
    State(app): State<AppState>,
    access: ProjectMember<ByQuery<ListDocuments>>,
) -> Result<Json<Page<ListedDocument>>> {
    let query = &access.found;
    let filter = Filter {
        project_id: access.project_id,
        kind: ItemKind::Document,
        status: query.status,
        domain: query.domain.as_deref(),
        uploaded_by: query.uploaded_by.map(|UploadedBy::Me| access.principal.user_id),
        after: query.cursor.map(|cursor| cursor.0),
        rows: query.limit.rows(),
    };
    let found = queries::find_items(&app.db, &filter, query.q.as_deref()).await?;
    let listed = found
        .into_iter()
        .map(|Found { row, snippet }| ListedDocument { document: row.into(), snippet })
        .collect();
    Ok(Json(Page::new(listed, query.limit, |listed: &ListedDocument| listed.document.item.id.0)))
}
