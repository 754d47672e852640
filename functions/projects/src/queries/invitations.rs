//! Queries for invitations until they are accepted.

use shared::{
    base::{
        database::violated_constraint,
        ids::{InvitationId, ProjectId, UserId},
    },
    http::problem::{Code, Problem},
    identity::{guard::ProjectRole, mail_token::Derived, quota::lock_user},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::model::{Invitation, InvitationStatus};

/// Lifetime of an invitation.
const LIFETIME: Duration = Duration::days(7);

/// Counts the open invitations that a user sent, up to `limit`. Concurrent requests of the user wait for each other.
pub(crate) async fn count_open_invitations(
    db: &mut PgConnection,
    sender: UserId,
    limit: u32,
    now: OffsetDateTime,
) -> Result<u32, sqlx::Error> {
    lock_user(db, sender).await?;
    let count = sqlx::query_scalar!(
        r#"
        select count(*) as "count!"
        from (
            select
            from project_invitations
            where invited_by_id = $1 and accepted_at is null and revoked_at is null and expires_at > $2
            limit $3
        ) as open
        "#,
        sender.0,
        now,
        i64::from(limit),
    )
    .fetch_one(db)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Returns true if an address belongs to a member.
pub(crate) async fn is_member(
    db: &mut PgConnection,
    project: ProjectId,
    email: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select exists (
            select
            from users
            join project_members on project_members.user_id = users.id and project_members.project_id = $1
            where users.email = $2 and users.deleted_at is null
        ) as "exists!"
        "#,
        project.0,
        email,
    )
    .fetch_one(db)
    .await
}

/// An invitation to be stored.
pub(crate) struct NewInvitation<'a> {
    pub(crate) id: InvitationId,
    pub(crate) project_id: ProjectId,
    pub(crate) email: &'a str,
    pub(crate) role: ProjectRole,
    pub(crate) invited_by_id: UserId,
}

/// Stores an open invitation. Replaces an earlier invitation of the same address that can no longer be accepted.
///
/// # Errors
/// 409 when the address already has an open invitation.
pub(crate) async fn insert_invitation(
    db: &mut PgConnection,
    new: &NewInvitation<'_>,
    token: &Derived,
    now: OffsetDateTime,
) -> Result<(), Problem> {
    sqlx::query!(
        "
        update project_invitations set revoked_at = $3
        where project_id = $1
          and email = $2
          and accepted_at is null
          and revoked_at is null
          and (expires_at <= $3 or not may_invite(invited_by_id, project_id))
        ",
        new.project_id.0,
        new.email,
        now,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "
        insert into project_invitations
            (id, project_id, email, role, invited_by_id, key_id, token_hash, expires_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ",
        new.id.0,
        new.project_id.0,
        new.email,
        new.role as _,
        new.invited_by_id.0,
        token.key_id,
        token.hash,
        now + LIFETIME,
        now,
    )
    .execute(db)
    .await
    .map_err(|error| match violated_constraint(&error) {
        Some("project_invitations_open_key") => Problem::new(Code::AlreadyInvited),
        _ => error.into(),
    })?;
    Ok(())
}

/// Returns one page of a project's invitations, newest first.
pub(crate) async fn list_invitations(
    db: &PgPool,
    project: ProjectId,
    after: Option<Uuid>,
    rows: i64,
    now: OffsetDateTime,
) -> Result<Vec<Invitation>, sqlx::Error> {
    sqlx::query_as!(
        Invitation,
        r#"
        select id as "id: InvitationId", project_id as "project_id: ProjectId", email,
               role as "role: ProjectRole", invited_by_id as "invited_by_id: UserId",
               case when accepted_at is not null then 'accepted'
                    when revoked_at is not null then 'revoked'
                    when expires_at <= $4 then 'expired'
                    else 'open' end as "status!: InvitationStatus",
               expires_at, created_at, accepted_at
        from project_invitations
        where project_id = $1 and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        order by id desc
        limit $3
        "#,
        project.0,
        after,
        rows,
        now,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn get_invitation(
    db: &mut PgConnection,
    project: ProjectId,
    id: InvitationId,
    now: OffsetDateTime,
) -> Result<Option<Invitation>, sqlx::Error> {
    sqlx::query_as!(
        Invitation,
        r#"
        select id as "id: InvitationId", project_id as "project_id: ProjectId", email,
               role as "role: ProjectRole", invited_by_id as "invited_by_id: UserId",
               case when accepted_at is not null then 'accepted'
                    when revoked_at is not null then 'revoked'
                    when expires_at <= $3 then 'expired'
                    else 'open' end as "status!: InvitationStatus",
               expires_at, created_at, accepted_at
        from project_invitations
        where id = $1 and project_id = $2
        "#,
        id.0,
        project.0,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Extends an open or expired invitation. Returns its address, or `None` if there is no such invitation or its inviter may
/// no longer invite.
pub(crate) async fn extend_invitation(
    db: &mut PgConnection,
    project: ProjectId,
    id: InvitationId,
    now: OffsetDateTime,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "
        update project_invitations set expires_at = $3
        where id = $1
          and project_id = $2
          and accepted_at is null
          and revoked_at is null
          and may_invite(invited_by_id, project_id)
        returning email
        ",
        id.0,
        project.0,
        now + LIFETIME,
    )
    .fetch_optional(db)
    .await
}

/// Revokes an invitation that was not accepted. Returns false if the project has no such invitation.
pub(crate) async fn revoke_invitation(
    db: &mut PgConnection,
    project: ProjectId,
    id: InvitationId,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let revoked = sqlx::query!(
        "update project_invitations set revoked_at = $3
         where id = $1 and project_id = $2 and accepted_at is null and revoked_at is null",
        id.0,
        project.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(revoked.rows_affected() == 1)
}
