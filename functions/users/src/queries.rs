//! All SQL queries of `users`.

pub(crate) mod export;
mod passkeys;

use shared::{
    base::ids::{PasswordId, SessionId, UserId},
    http::problem::{Code, Problem},
    identity::{
        account::{Account, GlobalRole},
        principal::Principal,
    },
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) use self::passkeys::*;
use crate::model::Session;

/// Locks the account row, which serializes changes of the account. Refuses a caller whose session ended while waiting
/// for the lock, so that a revoked session cannot make the last change.
///
/// # Errors
/// 401 when the session has ended or the account was closed.
pub(crate) async fn lock_account(
    db: &mut PgConnection,
    principal: &Principal,
    now: OffsetDateTime,
) -> Result<Account, Problem> {
    let account = sqlx::query_as!(
        Account,
        r#"
        select id as "id: UserId", email, display_name, global_role as "global_role: GlobalRole",
               email_verified_at is not null as "is_verified!", version, created_at
        from users
        where id = $1 and deleted_at is null and suspended_at is null
        for update
        "#,
        principal.user_id.0,
    )
    .fetch_optional(&mut *db)
    .await?;
    // A separate statement, since it must see changes committed while the previous statement waited for the lock.
    let live = sqlx::query_scalar!(
        r#"
        select exists (
            select from sessions where id = $1 and user_id = $2 and revoked_at is null and expires_at > $3
        ) as "live!"
        "#,
        principal.session_id.0,
        principal.user_id.0,
        now,
    )
    .fetch_one(db)
    .await?;
    account.filter(|_| live).ok_or_else(|| Problem::new(Code::Unauthenticated))
}

pub(crate) async fn update_account(
    db: &mut PgConnection,
    user: UserId,
    display_name: Option<&str>,
) -> Result<Account, sqlx::Error> {
    sqlx::query_as!(
        Account,
        r#"
        update users set display_name = $2, version = version + 1
        where id = $1
        returning id as "id: UserId", email, display_name, global_role as "global_role: GlobalRole",
                  email_verified_at is not null as "is_verified!", version, created_at
        "#,
        user.0,
        display_name,
    )
    .fetch_one(db)
    .await
}

/// Marks an account as deleted, ends its sessions, and deletes its passkeys and mailed links. The purge erases the
/// rest.
pub(crate) async fn delete_account(
    db: &mut PgConnection,
    user: UserId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with links as (
            delete from password_reset_tokens where user_id = $1
        ), registrations as (
            delete from email_verification_tokens where user_id = $1
        ), keys as (
            delete from passkeys where user_id = $1
        ), ended as (
            update sessions set revoked_at = $2 where user_id = $1 and revoked_at is null
        )
        update users set deleted_at = $2, version = version + 1 where id = $1
        ",
        user.0,
        now,
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

/// Sets a password, ends all sessions except the caller's and all passkey registrations, suspends all passkeys, and
/// deletes all password reset links.
pub(crate) async fn change_password(
    db: &mut PgConnection,
    principal: &Principal,
    password_hash: &str,
    password_id: PasswordId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with links as (
            delete from password_reset_tokens where user_id = $1
        ), sessions_left as (
            update sessions
            set revoked_at = case when id = $2 then revoked_at else $5 end,
                password_id = case when id = $2 then $4 else password_id end
            where user_id = $1 and revoked_at is null
        ), ceremonies as (
            delete from passkey_ceremonies where user_id = $1
        ), keys as (
            update passkeys set suspended_at = $5 where user_id = $1 and suspended_at is null
        )
        update users set password_hash = $3, password_id = $4 where id = $1
        ",
        principal.user_id.0,
        principal.session_id.0,
        password_hash,
        password_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns one page of the caller's live sessions, newest first. Every page has the same cost, since the query walks
/// the index over (user, session).
pub(crate) async fn list_sessions(
    db: &PgPool,
    principal: &Principal,
    after: Option<Uuid>,
    rows: i64,
    now: OffsetDateTime,
) -> Result<Vec<Session>, sqlx::Error> {
    sqlx::query_as!(
        Session,
        r#"
        select id as "id: SessionId", created_at, last_used_at, ip_address, user_agent, id = $2 as "current!"
        from sessions
        where user_id = $1
          and id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and revoked_at is null
          and expires_at > $5
        order by id desc
        limit $4
        "#,
        principal.user_id.0,
        principal.session_id.0,
        after,
        rows,
        now,
    )
    .fetch_all(db)
    .await
}

/// Ends a session of the user. Returns false if there is no such live session.
pub(crate) async fn revoke_session(
    db: &mut PgConnection,
    user: UserId,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let ended = sqlx::query!(
        "update sessions set revoked_at = $3
         where id = $2 and user_id = $1 and revoked_at is null and expires_at > $3",
        user.0,
        session.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends all sessions of the caller except the current one and returns their number.
pub(crate) async fn revoke_other_sessions(
    db: &mut PgConnection,
    principal: &Principal,
    now: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let ended = sqlx::query!(
        "update sessions set revoked_at = $3 where user_id = $1 and id <> $2 and revoked_at is null",
        principal.user_id.0,
        principal.session_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected())
}
