//! Queries for listing, renaming, confirming and deleting passkeys. Only `auth` registers and verifies them.

use shared::{
    base::ids::{PasskeyId, UserId},
    identity::passkey::Passkey,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Returns one page of a user's passkeys, newest first.
pub(crate) async fn list_passkeys(
    db: &PgPool,
    user: UserId,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Passkey>, sqlx::Error> {
    sqlx::query_as!(
        Passkey,
        r#"
        select id as "id: PasskeyId", name, created_at, last_used_at, suspended_at
        from passkeys
        where user_id = $1 and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        order by id desc
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

/// Renames a passkey and returns it, if it belongs to the user. Without a name, nothing changes.
pub(crate) async fn rename_passkey(
    db: &mut PgConnection,
    user: UserId,
    passkey: PasskeyId,
    name: Option<&str>,
) -> Result<Option<Passkey>, sqlx::Error> {
    sqlx::query_as!(
        Passkey,
        r#"
        update passkeys set name = coalesce($3, name)
        where id = $2 and user_id = $1
        returning id as "id: PasskeyId", name, created_at, last_used_at, suspended_at
        "#,
        user.0,
        passkey.0,
        name,
    )
    .fetch_optional(db)
    .await
}

/// Ends the suspension of a passkey and returns it, if it belongs to the user.
pub(crate) async fn confirm_passkey(
    db: &mut PgConnection,
    user: UserId,
    passkey: PasskeyId,
) -> Result<Option<Passkey>, sqlx::Error> {
    sqlx::query_as!(
        Passkey,
        r#"
        update passkeys set suspended_at = null
        where id = $2 and user_id = $1
        returning id as "id: PasskeyId", name, created_at, last_used_at, suspended_at
        "#,
        user.0,
        passkey.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes a passkey of the user. Returns false if there is no such passkey.
pub(crate) async fn delete_passkey(
    db: &mut PgConnection,
    user: UserId,
    passkey: PasskeyId,
) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!("delete from passkeys where id = $2 and user_id = $1", user.0, passkey.0)
        .execute(db)
        .await?;
    Ok(deleted.rows_affected() == 1)
}
