//! All SQL of `email`.

use shared::ids::{EventId, PasswordResetId, UserId, VerificationId};
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
