//! `GET /projects`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    extract::{Json, Query},
    pagination::{Cursor, Limit, Page},
    principal::{GlobalRole, Principal},
    problem::{Code, Problem, ProblemBody, Result},
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
    /// All projects of the platform; for super admins.
    #[serde(default)]
    #[garde(skip)]
    all: bool,
}

/// The caller's projects, newest first.
#[utoipa::path(get, path = "/projects", tag = "projects", params(ListProjects), security(("bearer" = [])),
    responses((status = OK, body = Page<Project>), (status = FORBIDDEN, body = ProblemBody)))]
pub(crate) async fn list_projects(
    State(app): State<AppState>,
    principal: Principal,
    Query(query): Query<ListProjects>,
) -> Result<Json<Page<Project>>> {
    if query.all && principal.global_role != GlobalRole::SuperAdmin {
        return Err(Problem::new(Code::Forbidden));
    }
    let after = query.cursor.map(|cursor| cursor.0);
    let rows = if query.all {
        queries::list_all_projects(&app.db, principal.user_id, after, query.limit.rows()).await?
    } else {
        queries::list_projects(&app.db, principal.user_id, after, query.limit.rows()).await?
    };
    Ok(Json(Page::new(rows, query.limit, |project| project.id.0)))
}
