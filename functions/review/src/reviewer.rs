//! The reviewer who makes a request.

use shared::{
    base::ids::{ProjectId, UserId},
    identity::{
        account::GlobalRole,
        guard::{Access, Locator, ProjectRole},
    },
};
use sqlx::PgConnection;

use crate::queries;

/// A caller whom the guard has authorized as a reviewer.
pub(crate) struct Reviewer {
    pub(crate) user: UserId,
    pub(crate) project_id: ProjectId,
    /// True for project admins and super admins.
    is_admin: bool,
}

impl Reviewer {
    /// Returns whether the caller may decide on their own uploads: an admin may, if no other member of the project can
    /// decide.
    pub(crate) async fn may_decide_own(&self, db: &mut PgConnection) -> Result<bool, sqlx::Error> {
        Ok(self.is_admin && queries::is_only_reviewer(db, self.project_id, self.user).await?)
    }
}

impl<R, L: Locator> From<&Access<R, L>> for Reviewer {
    fn from(access: &Access<R, L>) -> Self {
        let is_admin =
            access.principal.global_role == GlobalRole::SuperAdmin || access.role == Some(ProjectRole::Admin);
        Self { user: access.principal.user_id, project_id: access.project_id, is_admin }
    }
}
