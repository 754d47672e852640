//! All SQL of `email`.

use shared::{
    base::ids::{
        EventId, ExportId, InvitationId, ItemId, PasskeyId, PasswordResetId, ProjectId, SessionId, UserId,
        VerificationId,
    },
    items::ItemKind,
};
use sqlx::PgPool;
use time::OffsetDateTime;

/// Whether this event's mail went out.
pub(crate) async fn was_sent(db: &PgPool, event: EventId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from mail_deliveries where event_id = $1) as "sent!""#,
        event.0
    )
    .fetch_one(db)
    .await
}

/// Remembers that it did; twice is fine.
pub(crate) async fn record_sent(
    db: &PgPool,
    event: EventId,
    kind: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into mail_deliveries (event_id, kind, sent_at) values ($1, $2, $3) on conflict do nothing",
        event.0,
        kind,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Where a link goes, and what it is derived with.
pub(crate) struct LinkRow {
    pub(crate) email: String,
    pub(crate) key_id: String,
    pub(crate) expires_at: OffsetDateTime,
}

/// A registration that still waits for its link to be opened.
pub(crate) async fn find_verification(
    db: &PgPool,
    id: VerificationId,
) -> Result<Option<LinkRow>, sqlx::Error> {
    sqlx::query_as!(
        LinkRow,
        "
        select users.email, email_verification_tokens.key_id, email_verification_tokens.expires_at
        from email_verification_tokens
        join users on users.id = email_verification_tokens.user_id
        where email_verification_tokens.id = $1
          and email_verification_tokens.used_at is null
          and users.deleted_at is null
        ",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// A request for a new password that was not answered yet.
pub(crate) async fn find_password_reset(
    db: &PgPool,
    id: PasswordResetId,
) -> Result<Option<LinkRow>, sqlx::Error> {
    sqlx::query_as!(
        LinkRow,
        "
        select users.email, password_reset_tokens.key_id, password_reset_tokens.expires_at
        from password_reset_tokens
        join users on users.id = password_reset_tokens.user_id
        where password_reset_tokens.id = $1
          and users.deleted_at is null
        ",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// The address of a living account.
pub(crate) async fn find_address(db: &PgPool, user: UserId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select email from users where id = $1 and deleted_at is null", user.0)
        .fetch_optional(db)
        .await
}

/// A passkey that was added, and whom to tell.
pub(crate) struct AddedPasskey {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) created_at: OffsetDateTime,
}

/// A passkey that is still there.
pub(crate) async fn find_passkey(db: &PgPool, id: PasskeyId) -> Result<Option<AddedPasskey>, sqlx::Error> {
    sqlx::query_as!(
        AddedPasskey,
        "
        select users.email, passkeys.name, passkeys.created_at
        from passkeys
        join users on users.id = passkeys.user_id
        where passkeys.id = $1 and users.deleted_at is null
        ",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// A session that was opened, and whom to tell.
pub(crate) struct SignIn {
    pub(crate) email: String,
    pub(crate) ip_address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: OffsetDateTime,
}

/// A session of a living account.
pub(crate) async fn find_sign_in(db: &PgPool, id: SessionId) -> Result<Option<SignIn>, sqlx::Error> {
    sqlx::query_as!(
        SignIn,
        "
        select users.email, sessions.ip_address, sessions.user_agent, sessions.created_at
        from sessions
        join users on users.id = sessions.user_id
        where sessions.id = $1 and users.deleted_at is null
        ",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// An open invitation, and whom to tell what.
pub(crate) struct Invitation {
    pub(crate) email: String,
    pub(crate) key_id: String,
    pub(crate) expires_at: OffsetDateTime,
    /// Its project and who invites, for an address that is verified; other addresses may belong to anybody,
    /// and names are chosen by strangers to them.
    pub(crate) project: Option<String>,
    pub(crate) invited_by: Option<String>,
}

/// An invitation to a living project that still waits for an answer.
pub(crate) async fn find_invitation(
    db: &PgPool,
    id: InvitationId,
) -> Result<Option<Invitation>, sqlx::Error> {
    sqlx::query_as!(
        Invitation,
        r#"
        select project_invitations.email, project_invitations.key_id, project_invitations.expires_at,
               case when known.id is not null then projects.name end as project,
               case when known.id is not null then coalesce(inviters.display_name, inviters.email) end as invited_by
        from project_invitations
        join projects on projects.id = project_invitations.project_id
        join users as inviters on inviters.id = project_invitations.invited_by_id
        left join users as known
               on known.email = project_invitations.email
              and known.deleted_at is null
              and known.email_verified_at is not null
        where project_invitations.id = $1
          and project_invitations.accepted_at is null
          and project_invitations.revoked_at is null
          and projects.deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// An item that was rejected, and whom to tell.
pub(crate) struct Rejection {
    pub(crate) email: String,
    pub(crate) kind: ItemKind,
    pub(crate) filename: String,
    pub(crate) project: String,
    pub(crate) feedback: Option<String>,
}

/// A rejection that still stands, of somebody who is still a member.
pub(crate) async fn find_rejection(
    db: &PgPool,
    item: ItemId,
    version: i32,
) -> Result<Option<Rejection>, sqlx::Error> {
    sqlx::query_as!(
        Rejection,
        r#"
        select users.email, items.kind as "kind: ItemKind", items.original_filename as filename,
               projects.name as project, items.feedback
        from items
        join projects on projects.id = items.project_id
        join users on users.id = items.uploaded_by_id
        join project_members on project_members.project_id = projects.id and project_members.user_id = users.id
        where items.id = $1
          and items.version = $2
          and items.status = 'rejected'
          and items.deleted_at is null
          and projects.deleted_at is null
          and users.deleted_at is null
        "#,
        item.0,
        version,
    )
    .fetch_optional(db)
    .await
}

/// An export that is ready, and whom to tell.
pub(crate) struct ReadyExport {
    pub(crate) email: String,
    pub(crate) project_id: ProjectId,
    pub(crate) project: String,
    pub(crate) kept_until: OffsetDateTime,
}

/// An export that is there, of somebody who may still have it.
pub(crate) async fn find_export(
    db: &PgPool,
    id: ExportId,
    now: OffsetDateTime,
) -> Result<Option<ReadyExport>, sqlx::Error> {
    sqlx::query_as!(
        ReadyExport,
        r#"
        select users.email, exports.project_id as "project_id: ProjectId", projects.name as project,
               exports.kept_until
        from exports
        join projects on projects.id = exports.project_id
        join users on users.id = exports.requested_by_id
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = users.id
        where exports.id = $1
          and exports.status = 'ready'
          and exports.kept_until > $2
          and projects.deleted_at is null
          and users.deleted_at is null
          and (project_members.role = 'admin' or users.global_role = 'super_admin')
        "#,
        id.0,
        now,
    )
    .fetch_optional(db)
    .await
}
