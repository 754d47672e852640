//! `GET /exports`.

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
    identity::guard::{ByQuery, InProject, ProjectAdmin},
};
use utoipa::IntoParams;

use crate::{AppState, model::Export, queries};

/// Which exports.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListExports {
    /// The project.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
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

impl InProject for ListExports {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A project's exports, newest first.
#[utoipa::path(get, path = "/exports", tag = "exports", params(ListExports), security(("bearer" = [])),
    responses((status = OK, body = Page<Export>), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_exports(
    State(app): State<AppState>,
    access: ProjectAdmin<ByQuery<ListExports>>,
) -> Result<Json<Page<Export>>> {
    let ListExports { limit, cursor, .. } = access.found;
    let after = cursor.map(|cursor| cursor.0);
    let rows =
        queries::list_exports(&app.db, access.project_id, after, limit.rows(), app.clock.now()).await?;
    let exports = rows.into_iter().map(|row| row.export).collect();
    Ok(Json(Page::new(exports, limit, |export: &Export| export.id.0)))
}
