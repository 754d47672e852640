//! Queries for passwords and password reset links.

use shared::{
    base::{
        ids::{PasswordId, PasswordResetId, UserId},
        text::EmailAddress,
    },
    identity::{account::GlobalRole, mail_token::Derived},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Lifetime of a password reset link.
const PASSWORD_RESET_LIFETIME: Duration = Duration::hours(1);

pub(crate) struct Credentials {
    pub(crate) id: UserId,
    pub(crate) global_role: GlobalRole,
    pub(crate) password_hash: Option<String>,
    pub(crate) password_id: Option<Uuid>,
    pub(crate) suspended: bool,
}

pub(crate) async fn find_credentials(db: &PgPool, email: &str) -> Result<Option<Credentials>, sqlx::Error> {
    sqlx::query_as!(
        Credentials,
        r#"
        select id as "id: UserId", global_role as "global_role: GlobalRole", password_hash, password_id,
               suspended_at is not null as "suspended!"
        from users
        where email = $1 and deleted_at is null
        "#,
        email,
    )
    .fetch_optional(db)
    .await
}

/// Replaces an outdated hash with a new hash of the same password, unless the password has changed in the meantime.
pub(crate) async fn rehash_password(
    db: &PgPool,
    user: UserId,
    outdated: &str,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update users set password_hash = $3 where id = $1 and password_hash = $2",
        user.0,
        outdated,
        password_hash,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the password hash of a user, if they have a password.
pub(crate) async fn find_password_hash(db: &PgPool, user: UserId) -> Result<Option<String>, sqlx::Error> {
    let hash =
        sqlx::query_scalar!("select password_hash from users where id = $1 and deleted_at is null", user.0)
            .fetch_optional(db)
            .await?;
    Ok(hash.flatten())
}

/// Stores a password reset link and returns its user, if the address belongs to an active account.
pub(crate) async fn insert_password_reset(
    db: &mut PgConnection,
    id: PasswordResetId,
    token: &Derived,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<Option<UserId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        insert into password_reset_tokens (id, user_id, key_id, token_hash, expires_at, created_at)
        select $1, users.id, $2, $3, $4, $5
        from users
        where users.email = $6 and users.deleted_at is null and users.suspended_at is null
        returning user_id as "user_id: UserId"
        "#,
        id.0,
        token.key_id,
        token.hash,
        now + PASSWORD_RESET_LIFETIME,
        now,
        email.as_str(),
    )
    .fetch_optional(db)
    .await
}

/// Extends the newest password reset link of an address, if it was created within a day, and returns its user.
pub(crate) async fn extend_password_reset(
    db: &mut PgConnection,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<Option<UserId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        update password_reset_tokens set expires_at = $2
        where id = (
            select password_reset_tokens.id
            from users
            join password_reset_tokens on password_reset_tokens.user_id = users.id
            where users.email = $1
              and users.deleted_at is null
              and users.suspended_at is null
              and password_reset_tokens.created_at > $3
            order by password_reset_tokens.created_at desc
            limit 1
        )
        returning user_id as "user_id: UserId"
        "#,
        email.as_str(),
        now + PASSWORD_RESET_LIFETIME,
        now - Duration::DAY,
    )
    .fetch_optional(db)
    .await
}

pub(crate) struct PasswordReset {
    pub(crate) user_id: UserId,
    pub(crate) expires_at: OffsetDateTime,
    /// The role that the operator gave to the account.
    pub(crate) global_role: Option<GlobalRole>,
}

/// Returns the password reset of a token and locks its account. The lock serializes requests with links of this
/// account.
pub(crate) async fn lock_password_reset(
    db: &mut PgConnection,
    token_hash: &[u8],
) -> Result<Option<PasswordReset>, sqlx::Error> {
    sqlx::query_as!(
        PasswordReset,
        r#"
        select password_reset_tokens.user_id as "user_id: UserId", password_reset_tokens.expires_at,
               password_reset_tokens.global_role as "global_role: GlobalRole"
        from password_reset_tokens
        join users on users.id = password_reset_tokens.user_id
        where password_reset_tokens.token_hash = $1
          and users.deleted_at is null
          and users.suspended_at is null
        for update of users, password_reset_tokens
        "#,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// Sets a new password, ends all sessions and passkey registrations, suspends all passkeys, and invalidates all other
/// links. Also marks the address as verified, since the link was mailed to it, and gives the account the link's role.
pub(crate) async fn reset_password(
    db: &mut PgConnection,
    reset: &PasswordReset,
    password_hash: &str,
    password_id: PasswordId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with links as (
            delete from password_reset_tokens where user_id = $1
        ), registrations as (
            delete from email_verification_tokens where user_id = $1 and used_at is null
        ), ended as (
            update sessions set revoked_at = $4 where user_id = $1 and revoked_at is null
        ), ceremonies as (
            delete from passkey_ceremonies where user_id = $1
        ), keys as (
            update passkeys set suspended_at = $4 where user_id = $1 and suspended_at is null
        )
        update users
        set password_hash = $2, password_id = $3, email_verified_at = coalesce(email_verified_at, $4),
            global_role = coalesce($5, global_role)
        where id = $1
        ",
        reset.user_id.0,
        password_hash,
        password_id.0,
        now,
        reset.global_role as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
