//! Handler of `GET /review`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::guard::{ByList, InProject, ProjectReviewer},
    items::ItemKind,
};
use utoipa::IntoParams;

use crate::{
    AppState,
    model::{Order, Place, Queue, ReviewItem},
    queries,
};

/// The query parameters of `GET /review`.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQueue {
    /// The project whose queue is used.
    #[garde(skip)]
    project_id: ProjectId,
    /// Selects only documents or only voice samples.
    #[garde(skip)]
    #[param(inline)]
    kind: Option<ItemKind>,
    /// The order of the queue: oldest first, or lowest confidence first.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    order: Order,
}

impl InProject for ListQueue {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// List items awaiting review, excluding those claimed by others
///
/// With `order=oldest`, the oldest items come first. With `order=confidence`, those with the lowest confidence do.
#[utoipa::path(get, path = "/review", tag = "review", params(ListQueue, PageQuery),
    responses((status = OK, body = Page<ReviewItem>)))]
pub(crate) async fn list_queue(
    State(app): State<AppState>,
    access: ProjectReviewer<ByList<ListQueue, Place>>,
) -> Result<Json<Page<ReviewItem>>> {
    let user = access.principal.user_id;
    let list: List<Queue, Place> =
        access.target.map(|ListQueue { project_id, kind, order }| Queue { project_id, kind, order, user });
    let rows = queries::list_queue(&app.db, &list.filters, list.after, list.rows(), app.clock.now()).await?;
    Ok(Json(list.page(rows, |item| (item.confidence.unwrap_or(1.0), item.id.0))))
}
