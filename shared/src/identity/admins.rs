//! The removal of admins: a project always keeps an admin, and the platform always keeps a super admin.

use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::{
    base::ids::{ProjectId, UserId},
    http::problem::{Code, Problem, ProblemBody},
};

/// A change that removes an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The user leaves a project, or gets another role in it.
    FromProject(ProjectId),
    /// The user is no longer a super admin.
    FromPlatform,
    /// The account is suspended or deleted.
    OfAccount,
}

/// A problem with the code `last_admin`.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes the response, which is a problem with an extension")]
pub struct LastAdminProblem {
    #[serde(flatten)]
    problem: ProblemBody<'static>,
    #[serde(flatten)]
    extension: LastAdmin,
}

/// Extension members of a `last_admin` problem.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastAdmin {
    /// Projects that would be left without an admin.
    projects: Vec<BlockingProject>,
}

/// A project of which the user is the only active admin.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockingProject {
    id: ProjectId,
    name: String,
}

/// Returns the 409 that refuses a removal, if a project or the platform would be left without an active admin. Locks
/// the rows that it counts until the transaction ends. Call it before locking accounts.
///
/// # Errors
/// If the database cannot be reached.
pub async fn refusal(
    db: &mut PgConnection,
    user: UserId,
    removal: Removal,
) -> Result<Option<Problem>, sqlx::Error> {
    let project = match removal {
        Removal::FromProject(project) => Some(project.0),
        Removal::FromPlatform | Removal::OfAccount => None,
    };
    let blocking = sqlx::query!(
        "select project_id, name from projects_without_admin_after_removal($1, $2, $3, $4)",
        user.0,
        removal != Removal::FromPlatform,
        project,
        project.is_none(),
    )
    .fetch_all(db)
    .await?;
    if blocking.is_empty() {
        return Ok(None);
    }
    let projects: Option<Vec<BlockingProject>> = blocking
        .into_iter()
        .map(|row| Some(BlockingProject { id: ProjectId(row.project_id?), name: row.name? }))
        .collect();
    Ok(Some(match projects {
        Some(projects) => Problem::new(Code::LastAdmin).extended(&LastAdmin { projects }),
        None => Problem::new(Code::LastSuperAdmin),
    }))
}
