//! Reading the audit log: for a project's admins, and for super admins.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entry::Outcome;
use crate::base::ids::{AuditId, ProjectId, UserId};

/// Which rows; all of them where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who did it.
    pub actor: Option<UserId>,
    /// What was done: `user.login`.
    pub action: Option<String>,
    /// What kind of thing it was done to: `user`.
    pub resource_type: Option<String>,
    /// Which thing it was done to.
    pub resource_id: Option<Uuid>,
    /// In which project.
    pub project_id: Option<ProjectId>,
    /// Not before this time.
    pub from: Option<OffsetDateTime>,
    /// Before this time.
    pub to: Option<OffsetDateTime>,
}

/// A row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLog {
    /// Its id; later ids sort after earlier ones.
    pub id: AuditId,
    /// Who did it; null when nobody is known, or the platform itself did it.
    pub actor_user_id: Option<UserId>,
    /// What was done: `resource.verb`.
    pub action: String,
    /// What kind of thing it was done to.
    pub resource_type: String,
    /// Which thing it was done to.
    pub resource_id: Option<Uuid>,
    /// In which project.
    pub project_id: Option<ProjectId>,
    /// How it ended.
    pub status: Outcome,
    /// The client's address; null when it is not known, or was erased.
    pub ip_address: Option<String>,
    /// The client's user agent; null when it is not known, or was erased.
    pub user_agent: Option<String>,
    /// What else there is to know.
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// Personal values before and after a change; null when there are none, or they were erased.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// One statement for each filter that an index begins with: a plan has to be good whatever else is asked.
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

/// Rows of the audit log, newest first, before one of them.
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
