//! Whose items a summary is about, and who may see it.

use axum::{extract::FromRequestParts, http::request::Parts};
use shared::{
    base::ids::ProjectId,
    http::{extract::Query, problem::Problem},
    identity::{
        guard::{ByQuery, ProjectAdmin},
        principal::{Authority, GlobalRole, Principal},
    },
};
use uuid::Uuid;

use crate::{AppState, queries, routes::get_summary::GetSummary};

/// Whose items are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of the whole platform.
    Everything,
    /// Those of the projects that the caller administers.
    Administered(Vec<ProjectId>),
    /// Those of one project.
    Project(ProjectId),
}

impl Scope {
    /// Whose buckets add up to it; those of the platform are kept under the nil id.
    pub(crate) fn buckets(&self) -> Vec<Uuid> {
        match self {
            Self::Everything => vec![Uuid::nil()],
            Self::Administered(projects) => projects.iter().map(|project| project.0).collect(),
            Self::Project(project) => vec![project.0],
        }
    }

    /// The project, when it is one.
    pub(crate) fn project_id(&self) -> Option<ProjectId> {
        match self {
            Self::Project(project) => Some(*project),
            Self::Everything | Self::Administered(_) => None,
        }
    }
}

/// A caller who may see a summary, and what they asked for.
pub(crate) struct SummaryReader {
    pub(crate) scope: Scope,
    pub(crate) query: GetSummary,
}

impl FromRequestParts<AppState> for SummaryReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        if names_project(parts) {
            let access = ProjectAdmin::<ByQuery<GetSummary>>::from_request_parts(parts, app).await?;
            return Ok(Self { scope: Scope::Project(access.project_id), query: access.found });
        }
        let principal = Principal::from_request_parts(parts, app).await?;
        let Query(query) = Query::<GetSummary>::from_request_parts(parts, app).await?;
        if principal.global_role == GlobalRole::SuperAdmin {
            return Ok(Self { scope: Scope::Everything, query });
        }
        let projects = queries::administered_projects(&app.db, principal.user_id).await?;
        if projects.is_empty() {
            let authority: &Authority = &app.authority;
            return Err(authority.refuse(parts, principal.user_id, None).await);
        }
        Ok(Self { scope: Scope::Administered(projects), query })
    }
}

fn names_project(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "project_id")
}
