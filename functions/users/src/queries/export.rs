//! Queries for the account data export. Each list is read in batches along an index.

use shared::{
    base::ids::{AuditId, ExportId, InvitationId, ItemId, PasskeyId, ProjectId, SessionId, UserId},
    identity::{guard::ProjectRole, passkey::Passkey},
    items::{ItemKind, ItemStatus, exports::ExportFormat},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::model::{
    ExportedAuditLog, ExportedFeedback, ExportedInvitation, ExportedItem, ExportedMembership,
    ExportedProjectExport, ExportedSession, ExportedText,
};

pub(crate) async fn sessions(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<ExportedSession>, sqlx::Error> {
    sqlx::query_as!(
        ExportedSession,
        r#"
        select id as "id: SessionId", created_at, last_used_at, authenticated_at, expires_at, revoked_at,
               ip_address, user_agent
        from sessions
        where user_id = $1 and id > $2
        order by id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn passkeys(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<Passkey>, sqlx::Error> {
    sqlx::query_as!(
        Passkey,
        r#"
        select id as "id: PasskeyId", name, created_at, last_used_at, suspended_at
        from passkeys
        where user_id = $1 and id > $2
        order by id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn memberships(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<ExportedMembership>, sqlx::Error> {
    sqlx::query_as!(
        ExportedMembership,
        r#"
        select project_members.project_id as "project_id: ProjectId", projects.name as project_name,
               project_members.role as "role: ProjectRole", project_members.created_at
        from project_members
        join projects on projects.id = project_members.project_id
        where project_members.user_id = $1
          and project_members.project_id > $2
          and projects.deleted_at is null
        order by project_members.project_id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn items(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<ExportedItem>, sqlx::Error> {
    sqlx::query_as!(
        ExportedItem,
        r#"
        select items.id as "id: ItemId", items.project_id as "project_id: ProjectId",
               items.kind as "kind: ItemKind", items.original_filename, items.content_type, items.size_bytes,
               items.status as "status: ItemStatus", items.language, items.created_at, items.submitted_at,
               items.processed_at, items.reviewed_at
        from items
        join projects on projects.id = items.project_id
        where items.uploaded_by_id = $1
          and items.id > $2
          and items.deleted_at is null
          and projects.deleted_at is null
        order by items.id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

/// Returns the texts of the user's items: the corrected text as number 0, and the parts of the engine's text.
pub(crate) async fn item_texts(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    number: i32,
    rows: i64,
) -> Result<Vec<ExportedText>, sqlx::Error> {
    sqlx::query_as!(
        ExportedText,
        r#"
        select items.id as "item_id: ItemId", texts.number as "number!", texts.text as "text!"
        from items
        join projects on projects.id = items.project_id
        cross join lateral (
            select 0 as number, items.corrected_text as text where items.corrected_text is not null
            union all
            select item_parts.number, item_parts.text
            from item_parts
            where item_parts.item_id = items.id and item_parts.attempt = items.text_attempt
        ) as texts
        where items.uploaded_by_id = $1
          and items.id >= $2
          and (items.id, texts.number) > ($2, $3)
          and items.deleted_at is null
          and projects.deleted_at is null
        order by items.id, texts.number
        limit $4
        "#,
        user.0,
        after,
        number,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn feedback(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    version: i32,
    rows: i64,
) -> Result<Vec<ExportedFeedback>, sqlx::Error> {
    sqlx::query_as!(
        ExportedFeedback,
        r#"
        select item_id as "item_id: ItemId", version, feedback
        from item_feedback
        where author_id = $1 and (item_id, version) > ($2, $3)
        order by item_feedback.item_id, version
        limit $4
        "#,
        user.0,
        after,
        version,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn project_exports(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<ExportedProjectExport>, sqlx::Error> {
    sqlx::query_as!(
        ExportedProjectExport,
        r#"
        select id as "id: ExportId", project_id as "project_id: ProjectId", format as "format: ExportFormat",
               item_status as "item_status: ItemStatus", status, created_at, completed_at
        from exports
        where requested_by_id = $1 and id > $2
        order by exports.id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn invitations(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<ExportedInvitation>, sqlx::Error> {
    sqlx::query_as!(
        ExportedInvitation,
        r#"
        select project_invitations.id as "id: InvitationId", project_invitations.project_id as "project_id: ProjectId",
               projects.name as project_name, project_invitations.role as "role: ProjectRole",
               project_invitations.created_at, project_invitations.expires_at, project_invitations.accepted_at,
               project_invitations.revoked_at
        from project_invitations
        join projects on projects.id = project_invitations.project_id
        where project_invitations.email = (select email from users where id = $1)
          and project_invitations.id > $2
          and projects.deleted_at is null
        order by project_invitations.id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

/// Returns entries of the user's own actions and of others' actions on the account. A union reads each kind by its own
/// index, whereas an `or` would sort all rows for every batch.
pub(crate) async fn audit_logs(
    db: &PgPool,
    user: UserId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<ExportedAuditLog>, sqlx::Error> {
    sqlx::query_as!(
        ExportedAuditLog,
        r#"
        select found.id as "id!: AuditId", action as "action!", resource_type as "resource_type!", resource_id,
               project_id as "project_id: ProjectId", status as "status!",
               case when own then ip_address end as ip_address, case when own then user_agent end as user_agent,
               metadata as "metadata!", case when own then details end as details,
               found.created_at as "created_at!"
        from (
            (
                select id, action, resource_type, resource_id, project_id, status, metadata, created_at, true as own
                from audit_logs
                where actor_user_id = $1 and id > $2
                order by id
                limit $3
            )
            union all
            (
                select id, action, resource_type, resource_id, project_id, status, metadata, created_at, false
                from audit_logs
                where resource_id = $1
                  and resource_type = 'user'
                  and actor_user_id is distinct from $1
                  and id > $2
                order by id
                limit $3
            )
        ) as found
        left join audit_personal
               on audit_personal.audit_id = found.id and audit_personal.created_at = found.created_at
        order by found.id
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}
