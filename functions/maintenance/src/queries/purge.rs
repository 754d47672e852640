//! The purge of accounts, items and projects. Each statement is bounded, reads an index that holds only the rows to
//! purge, and skips rows that another run has locked.

use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::ItemKind,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// Deletes unverified accounts that have no valid verification link left, and the personal data in the audit log's rows
/// about them. Such accounts own nothing else.
pub(crate) async fn delete_unverified_accounts(
    db: &PgPool,
    before: OffsetDateTime,
    now: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query_scalar!(
        r#"
        with deleted_users as (
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
            returning id
        ), erased as (
            delete from audit_personal using deleted_users where audit_personal.user_id = deleted_users.id
        )
        select count(*) as "deleted!" from deleted_users
        "#,
        before,
        now,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(deleted.unsigned_abs())
}

/// Returns the account that was deleted longest ago and still has personal data.
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

/// Erases the personal data in the audit log's rows about a user. The rows stay, and their seals stay valid.
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

/// Erases the feedback that a user wrote, and ends the project exports that may contain it.
pub(crate) async fn erase_feedback(
    db: &PgPool,
    user: UserId,
    now: OffsetDateTime,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let erased = sqlx::query_scalar!(
        r#"
        with erased as (
            delete from item_feedback
            where (item_id, version) in (
                select item_id, version from item_feedback where author_id = $1 order by item_id, version limit $3
            )
            returning item_id
        ), cleared as (
            update items
            set feedback = null, version = items.version + 1
            from erased
            where items.id = erased.item_id and items.reviewed_by_id = $1 and items.feedback is not null
            returning items.project_id
        ), ended as (
            update exports set kept_until = $2
            where project_id in (select project_id from cleared) and kept_until > $2
        )
        select count(*) as "erased!" from erased
        "#,
        user.0,
        now,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(erased.unsigned_abs())
}

/// Erases the names of the files that a user uploaded, and ends the project exports that may contain them. Returns the
/// last item of the batch, or `None` if there is no item after `after`.
pub(crate) async fn erase_file_names(
    db: &PgPool,
    user: UserId,
    after: ItemId,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Option<ItemId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        with named as materialized (
            select id from items
            where uploaded_by_id = $1
              and id > $2
              and (original_filename <> 'erased' or next_upload ->> 'original_filename' <> 'erased')
            order by id
            limit $4
            for update
        ), erased as (
            update items
            set original_filename = 'erased',
                next_upload = next_upload || '{"original_filename": "erased"}',
                version = version + 1
            from named
            where items.id = named.id
            returning items.project_id
        ), forgotten as (
            delete from item_search using named where item_search.item_id = named.id and item_search.part = 0
        ), ended as (
            update exports set kept_until = $3
            where project_id in (select project_id from erased) and kept_until > $3
        )
        select id as "id: ItemId" from named order by id desc limit 1
        "#,
        user.0,
        after.0,
        now,
        limit,
    )
    .fetch_optional(db)
    .await
}

/// Erases the personal data of an account, and the invitations to its address unless another account has that address
/// now. Returns whether this run erased the account.
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
        ), invitations as (
            delete from project_invitations
            using users
            where users.id = $1
              and project_invitations.email = users.email
              and not exists (
                  select from users as others where others.email = users.email and others.deleted_at is null
              )
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

/// Marks the items of deleted projects as deleted. The items leave the statistics immediately, and are purged after
/// their retention.
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

/// A deleted item that is due for the purge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeletedItem {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) deleted_at: OffsetDateTime,
}

/// Lists items that were deleted before a time, oldest deletion first, after a given item.
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

/// Deletes the rows of items whose objects are deleted, and the results of their processing. Their transitions stay.
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

/// Deletes projects that have no item, no export and no statistics left, with their members and invitations.
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
              and not exists (select from statistics_totals where statistics_totals.project_id = projects.id)
              and not exists (
                  select from item_transitions
                  where item_transitions.project_id = projects.id
                    and (item_transitions.xid, item_transitions.id) > (select xid, id from statistics_cursor)
              )
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
