//! What the purge deletes and erases: each statement is bounded, reads an index that holds only what waits
//! for it, and passes over rows that another run has taken.

use shared::ids::UserId;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

/// Ceremonies that nobody can finish any more.
pub(crate) async fn delete_ceremonies(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from passkey_ceremonies
        where id in (
            select id from passkey_ceremonies where expires_at <= $1 order by expires_at limit $2
            for update skip locked
        )
        ",
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Mailed links that expired so long ago that nobody needs to be told so.
pub(crate) async fn delete_links(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query_scalar!(
        r#"
        with verifications as (
            delete from email_verification_tokens
            where id in (
                select id from email_verification_tokens where expires_at <= $1 order by expires_at limit $2
                for update skip locked
            )
            returning 1
        ), resets as (
            delete from password_reset_tokens
            where id in (
                select id from password_reset_tokens where expires_at <= $1 order by expires_at limit $2
                for update skip locked
            )
            returning 1
        )
        select (select count(*) from verifications) + (select count(*) from resets) as "deleted!"
        "#,
        before,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(deleted.unsigned_abs())
}

/// Invitations that were accepted, taken back, or have expired.
pub(crate) async fn delete_invitations(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from project_invitations
        where id in (
            select id from project_invitations
            where least(accepted_at, revoked_at, expires_at) <= $1
            order by least(accepted_at, revoked_at, expires_at)
            limit $2
            for update skip locked
        )
        ",
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Keys whose requests are new again.
pub(crate) async fn delete_idempotency_keys(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from idempotency_keys
        where (user_id, route, key) in (
            select user_id, route, key from idempotency_keys where created_at <= $1 order by created_at limit $2
            for update skip locked
        )
        ",
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Sessions that ended.
pub(crate) async fn delete_sessions(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from sessions
        where id in (
            select id from sessions
            where coalesce(revoked_at, expires_at) <= $1
            order by coalesce(revoked_at, expires_at)
            limit $2
            for update skip locked
        )
        ",
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Mails whose events will not come back.
pub(crate) async fn delete_mail_deliveries(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from mail_deliveries
        where event_id in (
            select event_id from mail_deliveries where sent_at <= $1 order by sent_at limit $2
            for update skip locked
        )
        ",
        before,
        limit,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Accounts that nobody verified, and that no link can verify any more: they own nothing.
pub(crate) async fn delete_unverified_accounts(
    db: &PgPool,
    before: OffsetDateTime,
    now: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from users
        where id in (
            select id from users
            where email_verified_at is null
              and deleted_at is null
              and created_at <= $1
              and not exists (
                  select from email_verification_tokens
                  where email_verification_tokens.user_id = users.id and email_verification_tokens.expires_at > $2
              )
            order by created_at
            limit $3
            for update skip locked
        )
        ",
        before,
        now,
        limit,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// The account that was deleted longest ago and still holds something personal.
pub(crate) async fn next_deleted_account(
    db: &PgPool,
    before: OffsetDateTime,
) -> Result<Option<UserId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select id as "id: UserId"
        from users
        where deleted_at <= $1 and erased_at is null
        order by deleted_at
        limit 1
        "#,
        before,
    )
    .fetch_optional(db)
    .await
}

/// Erases what is personal in the audit log's rows about a user: the rows themselves stay, and stay sealed.
pub(crate) async fn erase_audit_logs(db: &PgPool, user: UserId, limit: i64) -> Result<u64, sqlx::Error> {
    let erased = sqlx::query!(
        "
        delete from audit_personal
        where (audit_id, created_at) in (
            select audit_id, created_at from audit_personal where user_id = $1 order by audit_id limit $2
        )
        ",
        user.0,
        limit,
    )
    .execute(db)
    .await?;
    Ok(erased.rows_affected())
}

/// Takes everything personal out of an account; whether this run did it.
pub(crate) async fn erase_account(
    db: &mut PgConnection,
    user: UserId,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let erased = sqlx::query!(
        "
        with keys as (
            delete from passkeys where user_id = $1
        ), signed_in as (
            delete from sessions where user_id = $1
        ), verifications as (
            delete from email_verification_tokens where user_id = $1
        ), resets as (
            delete from password_reset_tokens where user_id = $1
        ), memberships as (
            delete from project_members where user_id = $1
        )
        update users
        set email = id || '@erased.invalid', display_name = null, password_hash = null, password_id = null,
            erased_at = $2, version = version + 1
        where id = $1 and erased_at is null
        ",
        user.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(erased.rows_affected() == 1)
}
