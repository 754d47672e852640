//! Access to summaries: project admins see their projects, super admins see the whole platform.

use axum::{extract::FromRequestParts, http::request::Parts};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Query,
        openapi::{Described, Describes},
        problem::Problem,
    },
    identity::{
        account::GlobalRole,
        guard::{ByQuery, InProject, ProjectAdmin},
        principal::{Authority, Principal},
    },
};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    AppState,
    model::{Scope, Timeframe},
    queries, window,
};

/// The query parameters of a summary.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetSummary {
    /// The period, in whole days including today.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    pub(crate) timeframe: Timeframe,
    /// The project. Without it, the summary covers all projects that you administer, or the whole platform for a super
    /// admin.
    #[garde(skip)]
    project_id: Option<ProjectId>,
    /// The IANA name of the time zone in which days begin at midnight, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    #[garde(custom(is_timezone))]
    #[param(default = "UTC")]
    pub(crate) timezone: String,
}

impl InProject for GetSummary {
    /// The guard calls this only if the query contains a project.
    fn project_id(&self) -> ProjectId {
        self.project_id.unwrap_or(ProjectId(Uuid::nil()))
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn is_timezone(name: &str, (): &()) -> garde::Result {
    match window::timezone(name) {
        Some(_) => Ok(()),
        None => Err(garde::Error::new("must be an IANA time zone such as Europe/Berlin")),
    }
}

/// An authorized caller's scope and query parameters.
pub(crate) struct SummaryReader {
    pub(crate) scope: Scope,
    pub(crate) query: GetSummary,
}

impl FromRequestParts<AppState> for SummaryReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        if names_project(parts) {
            let access = ProjectAdmin::<ByQuery<GetSummary>>::from_request_parts(parts, app).await?;
            return Ok(Self { scope: Scope::Project(access.project_id), query: access.target });
        }
        let principal = Principal::from_request_parts(parts, app).await?;
        let Query(query) = Query::<GetSummary>::from_request_parts(parts, app).await?;
        if principal.global_role == GlobalRole::SuperAdmin {
            return Ok(Self { scope: Scope::Platform, query });
        }
        let projects = queries::administered_projects(&app.db, principal.user_id).await?;
        if projects.is_empty() {
            let authority: &Authority = &app.authority;
            return Err(authority.refuse(parts, principal.user_id, None).await);
        }
        Ok(Self { scope: Scope::Administered(projects), query })
    }
}

impl Describes for SummaryReader {
    fn describe(operation: &mut Described<'_>) {
        ProjectAdmin::<ByQuery<GetSummary>>::describe(operation);
    }
}

fn names_project(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "project_id")
}
