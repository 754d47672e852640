//! Listing the audit log, for project admins and super admins.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{action::Action, entry::Outcome};
use crate::base::ids::{AuditId, ProjectId, UserId};

/// Filters for [`list_audit_logs`]; fields that are `None` match every row.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// The user who acted.
    pub actor: Option<UserId>,
    /// The action, such as `user.login`.
    pub action: Option<String>,
    /// The type of the resource, such as `user`.
    pub resource_type: Option<String>,
    /// The id of the resource.
    pub resource_id: Option<Uuid>,
    /// The project of the resource.
    pub project_id: Option<ProjectId>,
    /// The earliest time, inclusive.
    pub from: Option<OffsetDateTime>,
    /// The latest time, exclusive.
    pub to: Option<OffsetDateTime>,
}

/// A row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLog {
    /// The row's id. Ids sort by time.
    pub id: AuditId,
    /// The user who acted; null for an unknown user or for the platform itself.
    pub actor_user_id: Option<UserId>,
    /// The action, in the form `resource.verb`.
    #[schema(value_type = Action)]
    pub action: String,
    /// The type of the resource acted on.
    pub resource_type: String,
    /// The id of the resource acted on.
    pub resource_id: Option<Uuid>,
    /// The project of the resource.
    pub project_id: Option<ProjectId>,
    /// The outcome of the action.
    pub status: Outcome,
    /// The client's IP address; null when unknown or erased.
    pub ip_address: Option<String>,
    /// The client's user agent; null when unknown or erased.
    pub user_agent: Option<String>,
    /// Further facts about the action, without personal data.
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// Values that the actor wrote, such as a new name; null when there are none or they were erased.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    /// The time of the action.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Selects a page with a condition that matches an index. One generic plan would not suit all combinations of filters.
macro_rules! page {
    ($leading:literal, $db:expr, $filter:expr, $after:expr, $rows:expr) => {
        sqlx::query_as!(
            AuditLog,
            r#"
            select audit_logs.id as "id: AuditId", audit_logs.actor_user_id as "actor_user_id: UserId",
                   audit_logs.action, audit_logs.resource_type, audit_logs.resource_id,
                   audit_logs.project_id as "project_id: ProjectId", audit_logs.status as "status: Outcome",
                   audit_personal.ip_address as "ip_address?", audit_personal.user_agent as "user_agent?",
                   audit_logs.metadata, audit_personal.details as "details?", audit_logs.created_at
            from audit_logs
            left join audit_personal
                   on audit_personal.audit_id = audit_logs.id and audit_personal.created_at = audit_logs.created_at
            where "#
                + $leading
                + r#"
              and audit_logs.id < coalesce($8, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
              and ($1::uuid is null or audit_logs.actor_user_id = $1)
              and ($2::text is null or audit_logs.action = $2)
              and ($3::text is null or audit_logs.resource_type = $3)
              and ($4::uuid is null or audit_logs.resource_id = $4)
              and ($5::uuid is null or audit_logs.project_id = $5)
              and ($6::timestamptz is null or audit_logs.created_at >= $6)
              and ($7::timestamptz is null or audit_logs.created_at < $7)
            order by audit_logs.id desc
            limit $9
            "#,
            $filter.actor.map(|actor| actor.0),
            $filter.action,
            $filter.resource_type,
            $filter.resource_id,
            $filter.project_id.map(|project| project.0),
            $filter.from,
            $filter.to,
            $after,
            $rows,
        )
        .fetch_all($db)
        .await
    };
}

/// Lists rows of the audit log, newest first, starting below the id `before`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list_audit_logs(
    db: &PgPool,
    filter: &AuditFilter,
    before: Option<Uuid>,
    rows: i64,
) -> Result<Vec<AuditLog>, sqlx::Error> {
    if filter.resource_id.is_some() {
        page!("audit_logs.resource_id = $4", db, filter, before, rows)
    } else if filter.actor.is_some() {
        page!("audit_logs.actor_user_id = $1", db, filter, before, rows)
    } else if filter.project_id.is_some() {
        page!("audit_logs.project_id = $5", db, filter, before, rows)
    } else if filter.action.is_some() {
        page!("audit_logs.action = $2", db, filter, before, rows)
    } else {
        page!("true", db, filter, before, rows)
    }
}
