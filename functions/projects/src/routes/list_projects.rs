//! The handler of `GET /projects`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::{Code, Problem, Result},
    },
    identity::{account::GlobalRole, principal::Principal},
};
use utoipa::IntoParams;

use crate::{AppState, model::Project, queries};

/// Filters of the list.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListProjects {
    /// Part of the project name, case-insensitive.
    #[garde(length(chars, min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
    /// List all projects on the platform. Only for super admins.
    #[serde(default)]
    #[garde(skip)]
    all: bool,
}

/// List projects
///
/// Returns the projects of the caller, newest first. Super admins can list all projects.
#[utoipa::path(get, path = "/projects", tag = "projects", params(ListProjects, PageQuery),
    responses((status = OK, body = Page<Project>),
        (status = FORBIDDEN, description = "forbidden")))]
pub(crate) async fn list_projects(
    State(app): State<AppState>,
    principal: Principal,
    list: List<ListProjects>,
) -> Result<Json<Page<Project>>> {
    let ListProjects { q, all } = &list.filters;
    if *all && principal.global_role != GlobalRole::SuperAdmin {
        return Err(Problem::new(Code::Forbidden));
    }
    let (user, after, rows) = (principal.user_id, list.after, list.rows());
    let rows = match (all, q.as_deref()) {
        (false, q) => queries::list_projects(&app.db, user, q, after, rows).await?,
        (true, None) => queries::list_all_projects(&app.db, user, after, rows).await?,
        (true, Some(q)) => queries::search_all_projects(&app.db, user, q, after, rows).await?,
    };
    Ok(Json(list.page(rows, |project| project.id.0)))
}
