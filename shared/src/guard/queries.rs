//! The one query of a request: who calls, with which session, and what they are in the project it speaks of.

use uuid::Uuid;

use super::{Caller, ProjectRole};
use crate::{
    ids::{ExportId, ItemId, ProjectId},
    items::ItemKind,
    principal::{Authority, GlobalRole},
};

/// What it gives; nothing at all when the session is over.
pub(super) struct Row {
    pub(super) global_role: GlobalRole,
    pub(super) verified: bool,
    pub(super) project_id: Option<Uuid>,
    pub(super) role: Option<ProjectRole>,
    pub(super) uploaded_by_id: Option<Uuid>,
}

/// Joins what leads to the project, which may not be there, to the caller.
macro_rules! select_caller {
    ($uploader:tt, $joins:tt, $caller:expr, $authority:expr, $($argument:expr),+) => {
        sqlx::query_as!(
            Row,
            r#"
            select users.global_role as "global_role: GlobalRole",
                   users.email_verified_at is not null as "verified!",
                   projects.id as "project_id?",
                   project_members.role as "role?: ProjectRole",
                   "# + $uploader + r#" as "uploaded_by_id?"
            from sessions
            join users on users.id = sessions.user_id
            "# + $joins + r#"
            left join project_members
                   on project_members.project_id = projects.id and project_members.user_id = users.id
            where sessions.id = $1
              and sessions.user_id = $2
              and sessions.revoked_at is null
              and sessions.expires_at > $3
              and users.deleted_at is null
              and users.suspended_at is null
            "#,
            $caller.session_id.0,
            $caller.user_id.0,
            $authority.clock.now(),
            $($argument),+
        )
        .fetch_optional(&$authority.db)
    };
}

impl Caller {
    pub(super) async fn in_project(
        &self,
        authority: &Authority,
        project: ProjectId,
    ) -> Result<Option<Row>, sqlx::Error> {
        select_caller!(
            "null::uuid",
            "left join projects on projects.id = $4 and projects.deleted_at is null",
            self,
            authority,
            project.0
        )
        .await
    }

    pub(super) async fn at_item(
        &self,
        authority: &Authority,
        item: ItemId,
        only: Option<ItemKind>,
    ) -> Result<Option<Row>, sqlx::Error> {
        select_caller!(
            "items.uploaded_by_id",
            "left join items
                   on items.id = $4 and ($5::text is null or items.kind = $5) and items.deleted_at is null
            left join projects on projects.id = items.project_id and projects.deleted_at is null",
            self,
            authority,
            item.0,
            only as _
        )
        .await
    }

    pub(super) async fn at_export(
        &self,
        authority: &Authority,
        export: ExportId,
    ) -> Result<Option<Row>, sqlx::Error> {
        select_caller!(
            "null::uuid",
            "left join exports on exports.id = $4 and exports.kept_until > $3
            left join projects on projects.id = exports.project_id and projects.deleted_at is null",
            self,
            authority,
            export.0
        )
        .await
    }
}
