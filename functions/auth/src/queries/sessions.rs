//! Queries for sessions, from sign-in to sign-out.

use shared::{
    audit::Entry,
    base::ids::{SessionId, UserId},
    cloud::outbox::Outgoing,
    identity::{account::GlobalRole, rate_limit::Network},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) user_id: UserId,
    pub(crate) password_id: Option<Uuid>,
    pub(crate) ip_address: Option<String>,
    pub(crate) network: Network,
    pub(crate) user_agent: Option<String>,
    pub(crate) expires_at: OffsetDateTime,
}

/// The result of opening a session.
pub(crate) struct OpenedSession {
    /// True when the account has earlier sessions, but none from this network with this user agent (ignoring version
    /// numbers). Sessions opened before the address was verified do not count, since they may not be the owner's.
    pub(crate) unfamiliar: bool,
}

/// Opens a session and writes its audit row, unless the password changed or the account was closed after the proof was
/// checked. Records `notice` in the outbox when the sign-in is unfamiliar. Sends a single statement, which is atomic
/// without a transaction.
pub(crate) async fn insert_session(
    db: &PgPool,
    new: &NewSession,
    entry: Entry,
    notice: &Outgoing,
    now: OffsetDateTime,
) -> Result<Option<OpenedSession>, sqlx::Error> {
    // The lock serializes a sign-in with a password reset.
    let opened = sqlx::query!(
        r#"
        with account as (
            select id, email_verified_at
            from users
            where id = $2
              and password_id is not distinct from $3
              and deleted_at is null
              and suspended_at is null
            for share
        ), opened as (
            insert into sessions
                (id, user_id, password_id, ip_address, user_agent, created_at, authenticated_at, last_used_at, expires_at)
            select $1, id, $3, $4, $5, $6, $6, $6, $7
            from account
            returning user_id
        ), compared as (
            select exists (
                       select
                       from sessions as earlier
                       where earlier.user_id = $2 and earlier.created_at >= account.email_verified_at
                   ) and not exists (
                       select
                       from sessions as earlier
                       where earlier.user_id = $2
                         and earlier.created_at >= account.email_verified_at
                         and (earlier.ip_address::inet <<= $8::text::inet or earlier.ip_address is not distinct from $4)
                         and regexp_replace(earlier.user_agent, '[0-9]+', '', 'g')
                             is not distinct from regexp_replace($5, '[0-9]+', '', 'g')
                   ) as unfamiliar
            from opened
            cross join account
        )
        select unfamiliar as "unfamiliar!",
               audit_record($9, $6)::text as recorded,
               case when unfamiliar then outbox_add($10, $6)::text end as event
        from compared
        "#,
        new.id.0,
        new.user_id.0,
        new.password_id,
        new.ip_address,
        new.user_agent,
        now,
        new.expires_at,
        new.network.is_known().then(|| new.network.to_string()),
        entry.row()?,
        notice.row(),
    )
    .fetch_optional(db)
    .await?;
    Ok(opened.map(|session| OpenedSession { unfamiliar: session.unfamiliar }))
}

pub(crate) struct LockedSession {
    pub(crate) user_id: UserId,
    pub(crate) global_role: GlobalRole,
    pub(crate) refresh_counter: i32,
    pub(crate) rotated_at: Option<OffsetDateTime>,
    pub(crate) created_at: OffsetDateTime,
}

/// Locks and returns a live session of an active user. The lock serializes refreshes of one session.
pub(crate) async fn lock_session(
    db: &mut PgConnection,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<Option<LockedSession>, sqlx::Error> {
    sqlx::query_as!(
        LockedSession,
        r#"
        select sessions.user_id as "user_id: UserId", users.global_role as "global_role: GlobalRole",
               sessions.refresh_counter, sessions.rotated_at, sessions.created_at
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

/// Increments the rotation counter and extends the session.
pub(crate) async fn rotate_session(
    db: &mut PgConnection,
    session: SessionId,
    expires_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions
         set refresh_counter = refresh_counter + 1, rotated_at = $2, last_used_at = $2, expires_at = $3
         where id = $1",
        session.0,
        now,
        expires_at,
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

/// Records that the user reauthenticated in this session.
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

/// Returns true if a session of the account was ever opened from the network. Sessions opened before the address was
/// verified do not count, since they may not be the owner's.
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
