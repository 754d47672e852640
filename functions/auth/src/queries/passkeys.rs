//! Queries for passkeys and WebAuthn ceremonies.

use serde_json::Value;
use shared::{
    base::{
        database::violated_constraint,
        ids::{CeremonyId, PasskeyId, UserId},
        text::Name,
    },
    http::problem::{Code, Problem},
    identity::{account::GlobalRole, principal::Principal},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::model::NewPasskey;

/// Time in which a ceremony must be finished.
const CEREMONY_LIFETIME: Duration = Duration::minutes(5);

/// Returns the credential ids of a user's passkeys.
pub(crate) async fn list_credential_ids(db: &PgPool, user: UserId) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!("select credential_id from passkeys where user_id = $1", user.0).fetch_all(db).await
}

/// Stores a ceremony. `user` is set for a registration and `None` for a sign-in, whose user is not known yet.
pub(crate) async fn insert_ceremony(
    db: &PgPool,
    id: CeremonyId,
    user: Option<UserId>,
    state: &Value,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into passkey_ceremonies (id, user_id, state, expires_at) values ($1, $2, $3, $4)",
        id.0,
        user.map(|user| user.0),
        state,
        now + CEREMONY_LIFETIME,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes a user's registration ceremony and returns its state. If several calls run concurrently, only one returns
/// the state.
pub(crate) async fn take_registration(
    db: &PgPool,
    id: CeremonyId,
    user: UserId,
    now: OffsetDateTime,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!(
        "delete from passkey_ceremonies where id = $1 and user_id = $2 and expires_at > $3 returning state",
        id.0,
        user.0,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Deletes a sign-in ceremony and returns its state. If several calls run concurrently, only one returns the state.
pub(crate) async fn take_authentication(
    db: &PgPool,
    id: CeremonyId,
    now: OffsetDateTime,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!(
        "delete from passkey_ceremonies where id = $1 and user_id is null and expires_at > $2 returning state",
        id.0,
        now,
    )
    .fetch_optional(db)
    .await
}

/// Stores a passkey, provided that the session has not ended and the account is neither deleted nor suspended.
///
/// # Errors
/// 409 when the passkey is already registered, 401 when the session or the account was closed in the meantime.
pub(crate) async fn insert_passkey(
    db: &mut PgConnection,
    id: PasskeyId,
    principal: &Principal,
    new: &NewPasskey,
    name: &Name,
    now: OffsetDateTime,
) -> Result<(), Problem> {
    // The lock waits for a concurrent password reset or change. If that ended the session, no passkey is inserted.
    let inserted = sqlx::query!(
        "
        insert into passkeys (id, user_id, credential_id, credential, name, created_at)
        select $1, users.id, $3, $4, $5, $6
        from users
        join sessions on sessions.user_id = users.id
        where users.id = $2
          and users.deleted_at is null
          and users.suspended_at is null
          and sessions.id = $7
          and sessions.revoked_at is null
        for share
        ",
        id.0,
        principal.user_id.0,
        new.credential_id,
        new.credential,
        name.as_str(),
        now,
        principal.session_id.0,
    )
    .execute(db)
    .await
    .map_err(|error| match violated_constraint(&error) {
        Some("passkeys_credential_id_key") => Problem::new(Code::PasskeyExists),
        _ => error.into(),
    })?;
    if inserted.rows_affected() == 1 { Ok(()) } else { Err(Problem::new(Code::Unauthenticated)) }
}

/// A passkey that is locked while its assertion is checked.
pub(crate) struct LockedPasskey {
    pub(crate) id: PasskeyId,
    pub(crate) credential: Value,
    /// True until the owner confirms the passkey after a password reset or change.
    pub(crate) suspended: bool,
    pub(crate) owner: PasskeyOwner,
}

/// The owner of a passkey.
pub(crate) struct PasskeyOwner {
    pub(crate) id: UserId,
    pub(crate) global_role: GlobalRole,
    pub(crate) password_id: Option<Uuid>,
}

/// Locks and returns the passkey of an assertion, if it belongs to the user named in the assertion. The lock serializes
/// assertions of one passkey, so that a counter value cannot be used twice.
pub(crate) async fn lock_passkey(
    db: &mut PgConnection,
    assertion: &PublicKeyCredential,
) -> Result<Option<LockedPasskey>, sqlx::Error> {
    let user = assertion.get_user_unique_id().and_then(|handle| Uuid::from_slice(handle).ok());
    let row = sqlx::query!(
        r#"
        select passkeys.id as "id: PasskeyId", passkeys.credential,
               passkeys.suspended_at is not null as "suspended!", users.id as "user_id: UserId",
               users.global_role as "global_role: GlobalRole", users.password_id
        from passkeys
        join users on users.id = passkeys.user_id
        where passkeys.credential_id = $1
          and passkeys.user_id = $2
          and users.deleted_at is null
          and users.suspended_at is null
        for update of passkeys
        "#,
        assertion.get_credential_id(),
        user,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let owner =
            PasskeyOwner { id: row.user_id, global_role: row.global_role, password_id: row.password_id };
        LockedPasskey { id: row.id, credential: row.credential, suspended: row.suspended, owner }
    }))
}

/// Stores the counter and flags of a passkey after a sign-in.
pub(crate) async fn use_passkey(
    db: &mut PgConnection,
    id: PasskeyId,
    credential: &Value,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update passkeys set credential = $2, last_used_at = $3 where id = $1",
        id.0,
        credential,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
