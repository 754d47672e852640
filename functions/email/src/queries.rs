//! All SQL of `email`: the recipient and the values of each mail.

use shared::{
    base::ids::{
        EventId, ExportId, InvitationId, ItemId, PasskeyId, PasswordResetId, SessionId, UserId,
        VerificationId,
    },
    cloud::events::EmailRequested,
    identity::mail_caps,
};
use sqlx::PgPool;
use time::OffsetDateTime;

/// The maximum number of passkeys that a mail lists.
const LISTED_PASSKEYS: i64 = 50;

/// A mail before it is rendered.
pub(crate) struct Mail {
    /// The recipient's address.
    pub(crate) to: String,
    /// The values for its templates, by name. Times are strings in RFC 3339 format.
    pub(crate) values: serde_json::Value,
}

/// Finds the mail for an event. Returns `None` if the event no longer has a recipient.
pub(crate) async fn find_mail(
    db: &PgPool,
    event: &EmailRequested,
    now: OffsetDateTime,
) -> Result<Option<Mail>, sqlx::Error> {
    match *event {
        EmailRequested::Verification { verification_id } => find_verification(db, verification_id).await,
        EmailRequested::AccountExists { user_id } | EmailRequested::PasskeyRemoved { user_id } => {
            find_account(db, user_id).await
        }
        EmailRequested::PasswordChanged { user_id } => find_suspended_passkeys(db, user_id).await,
        EmailRequested::PasswordReset { reset_id } | EmailRequested::SuperAdmin { reset_id } => {
            find_password_reset(db, reset_id).await
        }
        EmailRequested::PasskeyAdded { passkey_id } => find_passkey(db, passkey_id).await,
        EmailRequested::Invitation { invitation_id } => find_invitation(db, invitation_id).await,
        EmailRequested::ItemRejected { item_id, version } => find_rejection(db, item_id, version).await,
        EmailRequested::ExportReady { export_id } => find_export(db, export_id, now).await,
        EmailRequested::NewSignIn { session_id } => find_sign_in(db, session_id).await,
    }
}

/// Finds the verification link of a registration that is not verified yet.
async fn find_verification(db: &PgPool, id: VerificationId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object(
                   'id', tokens.id, 'key_id', tokens.key_id, 'expires_at', tokens.expires_at
               ) as "values!"
        from email_verification_tokens as tokens
        join users on users.id = tokens.user_id
        where tokens.id = $1 and tokens.used_at is null and users.deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds the link of a password reset that is still open.
async fn find_password_reset(db: &PgPool, id: PasswordResetId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object(
                   'id', tokens.id, 'key_id', tokens.key_id, 'expires_at', tokens.expires_at
               ) as "values!"
        from password_reset_tokens as tokens
        join users on users.id = tokens.user_id
        where tokens.id = $1 and users.deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds the address of an account that is not deleted.
async fn find_account(db: &PgPool, id: UserId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"select email as "to", '{}'::jsonb as "values!" from users where id = $1 and deleted_at is null"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds the address of an account that is not deleted, and its suspended passkeys, newest first.
async fn find_suspended_passkeys(db: &PgPool, id: UserId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object('passkeys', coalesce(
                   (
                       select jsonb_agg(
                           jsonb_build_object('name', listed.name, 'created_at', listed.created_at)
                           order by listed.id desc
                       )
                       from (
                           select id, name, created_at
                           from passkeys
                           where user_id = users.id and suspended_at is not null
                           order by id desc
                           limit $2
                       ) as listed
                   ),
                   '[]'
               )) as "values!"
        from users
        where users.id = $1 and users.deleted_at is null
        "#,
        id.0,
        LISTED_PASSKEYS,
    )
    .fetch_optional(db)
    .await
}

/// Finds a passkey and the address of its owner.
async fn find_passkey(db: &PgPool, id: PasskeyId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object('name', passkeys.name, 'created_at', passkeys.created_at) as "values!"
        from passkeys
        join users on users.id = passkeys.user_id
        where passkeys.id = $1 and users.deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds a session of an account that is not deleted.
async fn find_sign_in(db: &PgPool, id: SessionId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object(
                   'user_agent', sessions.user_agent,
                   'ip_address', sessions.ip_address,
                   'created_at', sessions.created_at
               ) as "values!"
        from sessions
        join users on users.id = sessions.user_id
        where sessions.id = $1 and users.deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds an open invitation to a project that is not deleted. Only a verified address gets the names of the project and
/// of the inviter: any other address may belong to someone who did not sign up, and the names are free text that a
/// stranger could use to send them a message.
async fn find_invitation(db: &PgPool, id: InvitationId) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select invitations.email as "to",
               jsonb_build_object(
                   'id', invitations.id,
                   'key_id', invitations.key_id,
                   'expires_at', invitations.expires_at,
                   'project', case when known.id is not null then projects.name end,
                   'invited_by',
                   case when known.id is not null then coalesce(inviters.display_name, inviters.email) end
               ) as "values!"
        from project_invitations as invitations
        join projects on projects.id = invitations.project_id
        join users as inviters on inviters.id = invitations.invited_by_id
        left join users as known
               on known.email = invitations.email
              and known.deleted_at is null
              and known.email_verified_at is not null
        where invitations.id = $1
          and invitations.accepted_at is null
          and invitations.revoked_at is null
          and projects.deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds a rejection that is still current, if the uploader is still a member. Other changes of the item, such as
/// another domain, increase its version too, so only a transition to another status ends the rejection.
async fn find_rejection(db: &PgPool, id: ItemId, version: i32) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object(
                   'id', items.id,
                   'kind', items.kind,
                   'filename', items.original_filename,
                   'project', projects.name,
                   'feedback', coalesce(items.feedback, '')
               ) as "values!"
        from items
        join projects on projects.id = items.project_id
        join users on users.id = items.uploaded_by_id
        join project_members on project_members.project_id = projects.id and project_members.user_id = users.id
        where items.id = $1
          and items.status = 'rejected'
          and $2 = (
              select max(version)
              from item_transitions
              where item_id = items.id and from_status is distinct from to_status
          )
          and items.deleted_at is null
          and projects.deleted_at is null
          and users.deleted_at is null
        "#,
        id.0,
        version,
    )
    .fetch_optional(db)
    .await
}

/// Finds a project export that is ready, if the user who requested it still has access.
async fn find_export(db: &PgPool, id: ExportId, now: OffsetDateTime) -> Result<Option<Mail>, sqlx::Error> {
    sqlx::query_as!(
        Mail,
        r#"
        select users.email as "to",
               jsonb_build_object(
                   'id', exports.id,
                   'project_id', projects.id,
                   'project', projects.name,
                   'kept_until', exports.kept_until
               ) as "values!"
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

/// A mail that was sent, or permanently refused.
pub(crate) struct SentMail<'a> {
    pub(crate) event_id: EventId,
    pub(crate) kind: &'a str,
    /// The recipient's address, which is not stored.
    pub(crate) to: &'a str,
    /// The SMTP reply code of a permanent refusal. `None` if the mail was sent.
    pub(crate) smtp_refusal_code: Option<u16>,
}

/// Returns whether the mail of this event was sent or permanently refused.
pub(crate) async fn was_sent(db: &PgPool, event: EventId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from mail_deliveries where event_id = $1) as "sent!""#,
        event.0
    )
    .fetch_one(db)
    .await
}

/// Records that a mail was sent or permanently refused. A refusal counts towards the recipient's cap. Idempotent.
pub(crate) async fn record_sent(
    db: &PgPool,
    mail: &SentMail<'_>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?;
    let recorded = sqlx::query!(
        "insert into mail_deliveries (event_id, kind, smtp_refusal_code, sent_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        mail.event_id.0,
        mail.kind,
        mail.smtp_refusal_code.map(i32::from),
        now,
    )
    .execute(&mut *tx)
    .await?;
    if mail.smtp_refusal_code.is_some() && recorded.rows_affected() == 1 {
        mail_caps::count_refusal(&mut tx, mail.to, now).await?;
    }
    tx.commit().await
}
