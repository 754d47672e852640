//! What the purge erases of accounts, items and projects: each statement is bounded, reads an index that holds only
//! what waits for it, and passes over rows that another run has taken.

use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::ItemKind,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

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

/// Deletes the items of deleted projects, as of that time: they leave the statistics, and the purge of items takes
/// them when their time has come.
pub(crate) async fn delete_items_of_deleted_projects(
    db: &PgPool,
    now: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query_scalar!(
        r#"
        with live as materialized (
            select items.id, items.version, project.deleted_at
            from (
                select id, deleted_at
                from projects
                where deleted_at is not null
                  and exists (select from items where items.project_id = projects.id and items.deleted_at is null)
                order by deleted_at
                limit $2
            ) as project
            cross join lateral (
                select id, version from items
                where items.project_id = project.id and items.deleted_at is null
                limit $2
                for update skip locked
            ) as items
            limit $2
        )
        select count(item_transition(
            id, version, 'deleted', null, $1, '{}', jsonb_build_object('deleted_at', deleted_at)
        )) as "deleted!"
        from live
        "#,
        now,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(deleted.unsigned_abs())
}

/// An item whose objects are to go, and then itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeletedItem {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) deleted_at: OffsetDateTime,
}

/// The items that were deleted before, and after another one; those that were deleted longest ago first.
pub(crate) async fn list_deleted_items(
    db: &PgPool,
    before: OffsetDateTime,
    after: Option<DeletedItem>,
    limit: i64,
) -> Result<Vec<DeletedItem>, sqlx::Error> {
    sqlx::query_as!(
        DeletedItem,
        r#"
        select id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind",
               deleted_at as "deleted_at!"
        from items
        where deleted_at <= $1 and (deleted_at, id) > (coalesce($2, '-infinity'::timestamptz), $3::uuid)
        order by items.deleted_at, id
        limit $4
        "#,
        before,
        after.map(|after| after.deleted_at),
        after.map_or(Uuid::nil(), |after| after.id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// Deletes items whose objects are gone, with everything that was read from them; their history stays.
pub(crate) async fn delete_items(
    db: &PgPool,
    items: &[Uuid],
    before: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!("delete from items where id = any($1) and deleted_at <= $2", items, before)
        .execute(db)
        .await?;
    Ok(deleted.rows_affected())
}

/// Deletes projects that have no item and no export left, with who worked in them and who was invited.
pub(crate) async fn delete_projects(
    db: &PgPool,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "
        delete from projects
        where id in (
            select id from projects
            where deleted_at <= $1
              and not exists (select from items where items.project_id = projects.id)
              and not exists (select from exports where exports.project_id = projects.id)
            order by deleted_at
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
