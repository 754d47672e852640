//! Queries for accepting an invitation and creating the membership.

use shared::{
    base::{
        database::violated_constraint,
        ids::{InvitationId, MembershipId, ProjectId, UserId},
    },
    http::problem::{Code, Problem},
    identity::guard::ProjectRole,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::model::Membership;

/// The invitation that a mailed link points to.
pub(crate) struct LinkedInvitation {
    pub(crate) id: InvitationId,
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) email: String,
    pub(crate) role: ProjectRole,
    pub(crate) invited_by: Option<String>,
    pub(crate) expires_at: OffsetDateTime,
    used: bool,
}

impl LinkedInvitation {
    /// Returns the invitation if it can still be accepted.
    ///
    /// # Errors
    /// 409 when the invitation was already accepted, 410 when it has expired.
    pub(crate) fn open(self, now: OffsetDateTime) -> Result<Self, Problem> {
        if self.used {
            return Err(Problem::new(Code::InvitationUsed));
        }
        if self.expires_at <= now {
            return Err(Problem::new(Code::InvitationExpired));
        }
        Ok(self)
    }
}

/// Returns the invitation of a token, unless it was revoked, its project was deleted, or its inviter may no longer
/// invite.
pub(crate) async fn find_invitation(
    db: &PgPool,
    token_hash: &[u8],
) -> Result<Option<LinkedInvitation>, sqlx::Error> {
    sqlx::query_as!(
        LinkedInvitation,
        r#"
        select project_invitations.id as "id: InvitationId", projects.id as "project_id: ProjectId",
               projects.name as project_name, project_invitations.email,
               project_invitations.role as "role: ProjectRole",
               coalesce(inviters.display_name, inviters.email) as invited_by, project_invitations.expires_at,
               project_invitations.accepted_at is not null as "used!"
        from project_invitations
        join projects on projects.id = project_invitations.project_id
        join users as inviters on inviters.id = project_invitations.invited_by_id
        where project_invitations.token_hash = $1
          and project_invitations.revoked_at is null
          and projects.deleted_at is null
          and may_invite(project_invitations.invited_by_id, project_invitations.project_id)
        "#,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// Marks an invitation as accepted. If several calls run concurrently, only one returns true.
pub(crate) async fn use_invitation(
    db: &mut PgConnection,
    id: InvitationId,
    user: UserId,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let used = sqlx::query!(
        "update project_invitations set accepted_at = $3, accepted_by_id = $2
         where id = $1 and accepted_at is null and revoked_at is null and expires_at > $3",
        id.0,
        user.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Adds a user to a project.
///
/// # Errors
/// 409 when the user is already a member.
pub(crate) async fn insert_member(
    db: &mut PgConnection,
    id: MembershipId,
    invitation: &LinkedInvitation,
    user: UserId,
    now: OffsetDateTime,
) -> Result<(), Problem> {
    sqlx::query!(
        "insert into project_members (id, project_id, user_id, role, created_at) values ($1, $2, $3, $4, $5)",
        id.0,
        invitation.project_id.0,
        user.0,
        invitation.role as _,
        now,
    )
    .execute(db)
    .await
    .map_err(|error| match violated_constraint(&error) {
        Some("project_members_project_id_user_id_key") => Problem::new(Code::AlreadyMember),
        _ => error.into(),
    })?;
    Ok(())
}

/// Returns a membership of the user, unless it has ended.
pub(crate) async fn get_membership(
    db: &mut PgConnection,
    id: MembershipId,
    user: UserId,
) -> Result<Option<Membership>, sqlx::Error> {
    sqlx::query_as!(
        Membership,
        r#"
        select projects.id as "project_id: ProjectId", projects.name as project_name,
               project_members.role as "role: ProjectRole", project_members.created_at as joined_at
        from project_members
        join projects on projects.id = project_members.project_id
        where project_members.id = $1 and project_members.user_id = $2 and projects.deleted_at is null
        "#,
        id.0,
        user.0,
    )
    .fetch_optional(db)
    .await
}
