//! `GET /projects`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    http::{
        extract::{Json, Query},
        pagination::{Cursor, Limit, Page},
        problem::{Code, Problem, Result},
    },
    identity::{account::GlobalRole, principal::Principal},
};
use utoipa::IntoParams;

use crate::{AppState, model::Project, queries};

/// Which projects.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListProjects {
    /// Entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// A part of the name, however it is written.
    #[garde(length(chars, min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
    /// All projects of the platform; for super admins.
    #[serde(default)]
    #[garde(skip)]
    all: bool,
}

/// The caller's projects, newest first.
#[utoipa::path(get, path = "/projects", tag = "projects", params(ListProjects),
    responses((status = OK, body = Page<Project>)))]
pub(crate) async fn list_projects(
    State(app): State<AppState>,
    principal: Principal,
    Query(query): Query<ListProjects>,
) -> Result<Json<Page<Project>>> {
    if query.all && principal.global_role != GlobalRole::SuperAdmin {
        return Err(Problem::new(Code::Forbidden));
    }
    let (user, after, rows) = (principal.user_id, query.cursor.map(|cursor| cursor.0), query.limit.rows());
    let rows = match (query.all, query.q.as_deref()) {
        (false, q) => queries::list_projects(&app.db, user, q, after, rows).await?,
        (true, None) => queries::list_all_projects(&app.db, user, after, rows).await?,
        (true, Some(q)) => queries::search_all_projects(&app.db, user, q, after, rows).await?,
    };
    Ok(Json(Page::new(rows, query.limit, |project| project.id.0)))
}
