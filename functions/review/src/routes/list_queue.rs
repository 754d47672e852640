//! Handler of `GET /review`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        pagination::{Cursor, Limit, Page},
        problem::Result,
    },
    identity::guard::{ByQuery, InProject, ProjectReviewer},
    items::ItemKind,
};
use utoipa::IntoParams;

use crate::{
    AppState,
    model::{Order, Queue, ReviewItem},
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
    /// The maximum number of entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

impl InProject for ListQueue {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// List items awaiting review, excluding those claimed by others
#[utoipa::path(get, path = "/review", tag = "review", params(ListQueue),
    responses((status = OK, body = Page<ReviewItem>)))]
pub(crate) async fn list_queue(
    State(app): State<AppState>,
    access: ProjectReviewer<ByQuery<ListQueue>>,
) -> Result<Json<Page<ReviewItem>>> {
    let ListQueue { project_id, kind, order, limit, cursor } = access.target;
    let queue = Queue { project_id, kind, order, user: access.principal.user_id };
    let after = cursor.map(|cursor| cursor.0);
    let ids = queries::list_queue(&app.db, &queue, after, limit.rows(), app.clock.now()).await?;
    let Page { items, next_cursor } = Page::new(ids, limit, |id| id.0);
    let mut rows = queries::get_items(&app.db, &items).await?;
    rows.sort_by_key(|row| items.iter().position(|id| *id == row.id));
    Ok(Json(Page { items: rows, next_cursor }))
}
