//! `GET /review`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        pagination::{Cursor, Limit, Page},
        problem::{ProblemBody, Result},
    },
    identity::guard::{ByQuery, InProject, ProjectReviewer},
    items::ItemKind,
};
use utoipa::IntoParams;

use crate::{
    AppState,
    model::{Order, ReviewItem},
    queries::{self, Queue},
};

/// Which part of the queue.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQueue {
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Only documents, or only voice samples.
    #[garde(skip)]
    #[param(inline)]
    kind: Option<ItemKind>,
    /// The oldest first, or the least confident.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    order: Order,
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

impl InProject for ListQueue {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// What waits for a reviewer, without what others hold.
#[utoipa::path(get, path = "/review", tag = "review", params(ListQueue), security(("bearer" = [])),
    responses((status = OK, body = Page<ReviewItem>), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_queue(
    State(app): State<AppState>,
    access: ProjectReviewer<ByQuery<ListQueue>>,
) -> Result<Json<Page<ReviewItem>>> {
    let query = &access.found;
    let queue = Queue {
        project_id: access.project_id,
        kind: query.kind,
        order: query.order,
        user: access.principal.user_id,
    };
    let after = query.cursor.map(|cursor| cursor.0);
    let rows = queries::list_queue(&app.db, &queue, after, query.limit.rows(), app.clock.now()).await?;
    Ok(Json(Page::new(rows, query.limit, |item| item.id.0)))
}
