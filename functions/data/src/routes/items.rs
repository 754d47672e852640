//! Handler of `/items`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::{ProjectId, UserId},
    http::{
        extract::Json,
        pagination::{Page, PageQuery},
        problem::Result,
    },
    identity::guard::{ByList, InProject, ProjectMember},
    items::{ItemStatus, StatusFilter},
};
use utoipa::IntoParams;

use crate::{
    items::Items,
    model::{AnyItem, Filter, Listed, Place, UploadedBy},
};

/// The query parameters of `GET /items`.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListItems {
    /// The project whose items are listed.
    #[garde(skip)]
    project_id: ProjectId,
    /// Lists only items with this status.
    #[garde(skip)]
    #[param(inline)]
    status: Option<StatusFilter>,
    /// Lists only the caller's own uploads.
    #[garde(skip)]
    #[param(inline)]
    uploaded_by: Option<UploadedBy>,
}

impl InProject for ListItems {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl ListItems {
    fn filter(self, caller: UserId) -> Filter {
        Filter {
            caller,
            project_id: self.project_id,
            kind: None,
            status: self.status.map(ItemStatus::from),
            domain: None,
            uploaded_by: self.uploaded_by.map(|uploader| uploader.user(caller)),
            words: None,
        }
    }
}

/// List documents and voice samples together
///
/// The newest items come first. Each has its `kind` and the fields of that kind.
#[utoipa::path(get, path = "/items", tag = "items", params(ListItems, PageQuery),
    responses((status = OK, body = Page<AnyItem>)))]
pub(crate) async fn list_items(
    State(items): State<Items>,
    access: ProjectMember<ByList<ListItems, Place>>,
) -> Result<Json<Page<Listed<AnyItem>>>> {
    items.list(&access.target.map(|list| list.filter(access.principal.user_id))).await.map(Json)
}
