//! The handler of `GET /projects/{project_id}`.

use shared::{
    base::ids::ProjectId,
    http::{
        extract::Path,
        problem::{OrNotFound as _, Result},
        versioned::Versioned,
    },
    identity::guard::{Caller, CallerRights, Locator, ProjectMember},
};

use crate::{model::Project, queries};

/// Locates the project by the path, and reads it in the query that authorizes the caller.
pub(crate) struct WithProject;

impl Locator for WithProject {
    type Reads = Path<ProjectId>;
    type Target = Option<Project>;

    async fn locate(
        caller: &Caller,
        Path(id): Path<ProjectId>,
    ) -> Result<(Option<CallerRights>, Option<Project>)> {
        let (rights, project) = queries::locate_project(caller, id).await?.unzip();
        Ok((rights, project.flatten()))
    }
}

/// Get a project
///
/// The response has the role of the caller in the project.
#[utoipa::path(get, path = "/projects/{project_id}", tag = "projects", params(("project_id" = ProjectId, Path)),
    responses((status = OK, body = Project)))]
pub(crate) async fn get_project(access: ProjectMember<WithProject>) -> Result<Versioned<Project>> {
    access.target.or_not_found().map(Versioned)
}
