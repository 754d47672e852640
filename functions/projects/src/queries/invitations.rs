//! Invitations, from the mail to the membership.

use shared::{
    base::{
        database::violated_constraint,
        ids::{InvitationId, MembershipId, ProjectId, UserId},
    },
    http::problem::{Code, Problem},
    identity::{guard::ProjectRole, mail_token::Derived},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::model::{Invitation, InvitationStatus, Membership};

/// How long an invitation is good for.
const LIFETIME: Duration = Duration::days(7);
/// What the bound on mails looks back on.
const WINDOW: Duration = Duration::hours(1);

/// How many mails a project's invitations asked for within the last hour, and the first of them.
pub(crate) async fn recent_mails(
    db: &mut PgConnection,
    project: ProjectId,
    now: OffsetDateTime,
) -> Result<(i64, Option<OffsetDateTime>), sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select count(*) as "count!", min(mailed.at) as first
        from project_invitations
        cross join unnest(project_invitations.mailed_at) as mailed (at)
        where project_invitations.project_id = $1
          and project_invitations.mailed_at[array_upper(project_invitations.mailed_at, 1)] > $2
          and mailed.at > $2
        "#,
        project.0,
        now - WINDOW,
    )
    .fetch_one(db)
    .await?;
    Ok((row.count, row.first))
}

/// Whether an address belongs to a member.
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

/// An invitation that is about to be sent.
pub(crate) struct NewInvitation<'a> {
    pub(crate) id: InvitationId,
    pub(crate) project_id: ProjectId,
    pub(crate) email: &'a str,
    pub(crate) role: ProjectRole,
    pub(crate) invited_by_id: UserId,
}

/// An open invitation; one of the same address that has expired makes room.
///
/// # Errors
/// 409 when one of the same address is open.
pub(crate) async fn insert_invitation(
    db: &mut PgConnection,
    new: &NewInvitation<'_>,
    token: &Derived,
    now: OffsetDateTime,
) -> Result<(), Problem> {
    sqlx::query!(
        "
        update project_invitations set revoked_at = $3
        where project_id = $1 and email = $2 and accepted_at is null and revoked_at is null and expires_at <= $3
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
            (id, project_id, email, role, invited_by_id, key_id, token_hash, expires_at, mailed_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, array[$9::timestamptz], $9)
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

/// A project's invitations, newest first.
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

/// Extends an invitation that is open or expired, and notes one more mail; how many it asked for within the
/// last hour.
pub(crate) async fn extend_invitation(
    db: &mut PgConnection,
    project: ProjectId,
    id: InvitationId,
    now: OffsetDateTime,
) -> Result<Option<i32>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        update project_invitations
        set expires_at = $3,
            mailed_at = array(select at from unnest(mailed_at) as at where at > $4 order by at) || $5::timestamptz
        where id = $1 and project_id = $2 and accepted_at is null and revoked_at is null
        returning cardinality(mailed_at) as "mails!"
        "#,
        id.0,
        project.0,
        now + LIFETIME,
        now - WINDOW,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Whether there was such an invitation to take back.
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

/// What a link leads to.
pub(crate) struct FoundInvitation {
    pub(crate) id: InvitationId,
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) email: String,
    pub(crate) role: ProjectRole,
    pub(crate) invited_by: Option<String>,
    pub(crate) expires_at: OffsetDateTime,
    used: bool,
}

impl FoundInvitation {
    /// Goes on if it can still be accepted.
    ///
    /// # Errors
    /// 409 when it was, 410 when it has expired.
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

/// The invitation of a token, unless it was taken back or its project deleted.
pub(crate) async fn find_invitation(
    db: &PgPool,
    token_hash: &[u8],
) -> Result<Option<FoundInvitation>, sqlx::Error> {
    sqlx::query_as!(
        FoundInvitation,
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
        "#,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// Uses an invitation up; of many who accept it at once, one does.
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

/// Makes a user a member.
///
/// # Errors
/// 409 when they are one.
pub(crate) async fn insert_member(
    db: &mut PgConnection,
    id: MembershipId,
    invitation: &FoundInvitation,
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

/// A user's membership, as long as it lasts.
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
