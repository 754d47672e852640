//! The handler of `GET /projects/{project_id}/audit-logs`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    audit::{self, AuditFilter, AuditLog},
    base::ids::{ProjectId, UserId},
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::guard::ProjectAdmin,
};
use time::OffsetDateTime;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::AppState;

/// Filters of the audit log.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListProjectAuditLogs {
    /// User who performed the action.
    #[garde(skip)]
    actor: Option<UserId>,
    /// Action, for example `member.removed`.
    #[garde(length(chars, max = 64))]
    #[param(max_length = 64)]
    action: Option<String>,
    /// Type of the affected resource, for example `invitation`.
    #[garde(length(chars, max = 64))]
    #[param(max_length = 64)]
    resource_type: Option<String>,
    /// Id of the affected resource.
    #[garde(skip)]
    resource_id: Option<Uuid>,
    /// Start of the period (inclusive).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<OffsetDateTime>,
    /// End of the period (exclusive).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<OffsetDateTime>,
}

/// List audit log entries of a project
///
/// Returns entries newest first. Only for project admins.
#[utoipa::path(get, path = "/projects/{project_id}/audit-logs", tag = "projects",
    params(("project_id" = ProjectId, Path), ListProjectAuditLogs, PageQuery),
    responses((status = OK, body = Page<AuditLog>)))]
pub(crate) async fn list_project_audit_logs(
    State(app): State<AppState>,
    access: ProjectAdmin,
    list: List<ListProjectAuditLogs>,
) -> Result<Json<Page<AuditLog>>> {
    let list = list.map(|query| AuditFilter {
        actor: query.actor,
        action: query.action,
        resource_type: query.resource_type,
        resource_id: query.resource_id,
        project_id: Some(access.project_id),
        from: query.from,
        to: query.to,
    });
    let rows = audit::list_audit_logs(&app.db, &list.filters, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |row| row.id.0)))
}
