//! All SQL of `auth`.

use shared::{
    ids::{PasswordId, PasswordResetId, SessionId, UserId, VerificationId},
    mail_token::Derived,
    principal::GlobalRole,
    rate_limit::Network,
    text::EmailAddress,
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::model::Me;

/// How long a verification link is good for.
const VERIFICATION_LIFETIME: Duration = Duration::hours(24);
/// How long a link that sets a password is good for.
const PASSWORD_RESET_LIFETIME: Duration = Duration::hours(1);
/// How long a session lives when nobody uses it.
const SESSION_LIFETIME: Duration = Duration::days(30);

pub(crate) struct FoundUser {
    pub(crate) id: UserId,
    pub(crate) verified: bool,
}

/// The account of an address, made if there is none; parallel registrations find the same one.
pub(crate) async fn find_or_insert_user(
    db: &mut PgConnection,
    id: UserId,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<FoundUser, sqlx::Error> {
    // The update that changes nothing makes the conflicting row visible and holds it until we commit.
    sqlx::query_as!(
        FoundUser,
        r#"
        insert into users (id, email, created_at) values ($1, $2, $3)
        on conflict (email) where deleted_at is null do update set email = excluded.email
        returning id as "id: UserId", email_verified_at is not null as "verified!"
        "#,
        id.0,
        email.as_str(),
        now,
    )
    .fetch_one(db)
    .await
}

pub(crate) struct NewVerification<'a> {
    pub(crate) id: VerificationId,
    pub(crate) user_id: UserId,
    pub(crate) password_hash: &'a str,
    pub(crate) display_name: Option<&'a str>,
    pub(crate) token: Derived,
}

/// A registration of its own: until a link is opened, the newest one's password opens the account.
pub(crate) async fn insert_verification(
    db: &mut PgConnection,
    new: &NewVerification<'_>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with verification as (
            insert into email_verification_tokens
                (id, user_id, password_hash, display_name, key_id, token_hash, expires_at, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
        )
        update users set password_hash = $3, password_id = $1 where id = $2
        ",
        new.id.0,
        new.user_id.0,
        new.password_hash,
        new.display_name,
        new.token.key_id,
        new.token.hash,
        now + VERIFICATION_LIFETIME,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Extends the newest link of an address that waits for verification.
pub(crate) async fn extend_verification(
    db: &mut PgConnection,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<Option<VerificationId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        update email_verification_tokens set expires_at = $2
        where id = (
            select email_verification_tokens.id
            from users
            join email_verification_tokens on email_verification_tokens.user_id = users.id
            where users.email = $1
              and users.deleted_at is null
              and users.suspended_at is null
              and users.email_verified_at is null
            order by email_verification_tokens.created_at desc
            limit 1
        )
        returning id as "id: VerificationId"
        "#,
        email.as_str(),
        now + VERIFICATION_LIFETIME,
    )
    .fetch_optional(db)
    .await
}

pub(crate) struct Verification {
    pub(crate) id: VerificationId,
    pub(crate) user_id: UserId,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) used: bool,
}

/// The registration of a token; two links of one account are opened one after the other.
pub(crate) async fn lock_verification(
    db: &mut PgConnection,
    token_hash: &[u8],
) -> Result<Option<Verification>, sqlx::Error> {
    sqlx::query_as!(
        Verification,
        r#"
        select email_verification_tokens.id as "id: VerificationId",
               email_verification_tokens.user_id as "user_id: UserId",
               email_verification_tokens.expires_at,
               email_verification_tokens.used_at is not null as "used!"
        from email_verification_tokens
        join users on users.id = email_verification_tokens.user_id
        where email_verification_tokens.token_hash = $1
          and users.deleted_at is null
        for update of users
        "#,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// Makes the opened link's password and name the account's, drops the other registrations, and ends
/// the sessions that were opened with another password.
pub(crate) async fn verify_user(
    db: &mut PgConnection,
    verification: &Verification,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with opened as (
            update email_verification_tokens set used_at = $3 where id = $1
            returning id, password_hash, display_name
        ), others as (
            delete from email_verification_tokens where user_id = $2 and id <> $1
        ), strangers as (
            update sessions set revoked_at = $3
            where user_id = $2 and revoked_at is null and password_id is distinct from $1
        )
        update users
        set email_verified_at = $3,
            password_hash = opened.password_hash,
            password_id = opened.id,
            display_name = opened.display_name
        from opened
        where users.id = $2
        ",
        verification.id.0,
        verification.user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

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

/// Whether a session of the account was ever opened from a network. What somebody else opened before the
/// address was verified does not count.
pub(crate) async fn has_signed_in_from(
    db: &PgPool,
    email: &str,
    network: Network,
) -> Result<bool, sqlx::Error> {
    if !network.is_known() {
        return Ok(false);
    }
    sqlx::query_scalar!(
        r#"
        select exists (
            select 1
            from users
            join sessions on sessions.user_id = users.id
            where users.email = $1
              and users.deleted_at is null
              and sessions.created_at >= coalesce(users.email_verified_at, users.created_at)
              and sessions.ip_address::inet <<= $2::text::inet
        ) as "known!"
        "#,
        email,
        network.to_string(),
    )
    .fetch_one(db)
    .await
}

pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) user_id: UserId,
    pub(crate) password_id: Option<Uuid>,
    pub(crate) ip_address: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// Opens a session, unless the account changed its password or was shut since the caller looked; whether it did.
pub(crate) async fn insert_session(
    db: &mut PgConnection,
    new: &NewSession,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    // The lock makes a sign-in and a password reset go one after the other.
    let inserted = sqlx::query!(
        "
        insert into sessions
            (id, user_id, password_id, ip_address, user_agent, created_at, authenticated_at, last_used_at, expires_at)
        select $1, users.id, $3, $4, $5, $6, $6, $6, $7
        from users
        where users.id = $2
          and users.password_id is not distinct from $3
          and users.deleted_at is null
          and users.suspended_at is null
        for share
        ",
        new.id.0,
        new.user_id.0,
        new.password_id,
        new.ip_address,
        new.user_agent,
        now,
        now + SESSION_LIFETIME,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(crate) struct LockedSession {
    pub(crate) user_id: UserId,
    pub(crate) global_role: GlobalRole,
    pub(crate) refresh_counter: i32,
    pub(crate) rotated_at: Option<OffsetDateTime>,
}

/// A live session of a living user; refreshes of one session go one after the other.
pub(crate) async fn lock_session(
    db: &mut PgConnection,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<Option<LockedSession>, sqlx::Error> {
    sqlx::query_as!(
        LockedSession,
        r#"
        select sessions.user_id as "user_id: UserId", users.global_role as "global_role: GlobalRole",
               sessions.refresh_counter, sessions.rotated_at
        from sessions
        join users on users.id = sessions.user_id
        where sessions.id = $1
          and sessions.revoked_at is null
          and sessions.expires_at > $2
          and users.deleted_at is null
          and users.suspended_at is null
        for update of sessions
        "#,
        session.0,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Counts a rotation; the session lives on from now.
pub(crate) async fn rotate_session(
    db: &mut PgConnection,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions
         set refresh_counter = refresh_counter + 1, rotated_at = $2, last_used_at = $2, expires_at = $3
         where id = $1",
        session.0,
        now,
        now + SESSION_LIFETIME,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn revoke_session(
    db: &mut PgConnection,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update sessions set revoked_at = $2 where id = $1 and revoked_at is null", session.0, now)
        .execute(db)
        .await?;
    Ok(())
}

/// The password of a user, as long as they have one.
pub(crate) async fn find_password_hash(db: &PgPool, user: UserId) -> Result<Option<String>, sqlx::Error> {
    let hash =
        sqlx::query_scalar!("select password_hash from users where id = $1 and deleted_at is null", user.0)
            .fetch_optional(db)
            .await?;
    Ok(hash.flatten())
}

/// The user proved who they are in this session.
pub(crate) async fn mark_authenticated(
    db: &mut PgConnection,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update sessions set authenticated_at = $2 where id = $1", session.0, now)
        .execute(db)
        .await?;
    Ok(())
}

/// A link that sets a new password, for an account that can sign in; whose it is.
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

pub(crate) struct PasswordReset {
    pub(crate) user_id: UserId,
    pub(crate) expires_at: OffsetDateTime,
}

/// The request that a token belongs to; two links of one account are used one after the other.
pub(crate) async fn lock_password_reset(
    db: &mut PgConnection,
    token_hash: &[u8],
) -> Result<Option<PasswordReset>, sqlx::Error> {
    sqlx::query_as!(
        PasswordReset,
        r#"
        select password_reset_tokens.user_id as "user_id: UserId", password_reset_tokens.expires_at
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

/// Sets a password by a mailed link: every session ends, every other link dies, and the address is
/// proven, since the link went there.
pub(crate) async fn reset_password(
    db: &mut PgConnection,
    user: UserId,
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
        )
        update users
        set password_hash = $2, password_id = $3, email_verified_at = coalesce(email_verified_at, $4)
        where id = $1
        ",
        user.0,
        password_hash,
        password_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn get_me(db: &PgPool, user: UserId) -> Result<Option<Me>, sqlx::Error> {
    sqlx::query_as!(
        Me,
        r#"
        select id as "id: UserId", email, display_name, global_role as "global_role: GlobalRole",
               email_verified_at is not null as "email_verified!", created_at
        from users
        where id = $1 and deleted_at is null
        "#,
        user.0,
    )
    .fetch_optional(db)
    .await
}
