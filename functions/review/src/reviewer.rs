//! The reviewer of a request, and the rule on own submissions.

use shared::{
    base::ids::{ProjectId, UserId},
    identity::{
        account::GlobalRole,
        guard::{Access, Locator, ProjectRole},
    },
};

/// A caller whom the guard admitted as a reviewer.
pub(crate) struct Reviewer {
    pub(crate) user: UserId,
    pub(crate) project_id: ProjectId,
    /// Whether the caller administers the project. Nobody decides on their own upload, unless nobody else in the
    /// project could: then an admin may.
    pub(crate) is_admin: bool,
}

impl<R, L: Locator> From<&Access<R, L>> for Reviewer {
    fn from(access: &Access<R, L>) -> Self {
        let is_admin =
            access.principal.global_role == GlobalRole::SuperAdmin || access.role == Some(ProjectRole::Admin);
        Self { user: access.principal.user_id, project_id: access.project_id, is_admin }
    }
}
