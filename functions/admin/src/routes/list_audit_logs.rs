//! The handler of `GET /admin/audit-logs`.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, AuditFilter, AuditLog, Entry},
    base::ids::{ProjectId, UserId},
    http::{
        extract::Json,
        pagination::{List, Page, PageQuery},
        problem::Result,
    },
    identity::principal::SuperAdmin,
};
use time::OffsetDateTime;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{AppState, audit_log_export};

/// The media type of an audit log export: newline-delimited JSON.
const NDJSON: &str = "application/x-ndjson";

/// The filters of the audit log.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAuditLogs {
    /// The id of the user who performed the action.
    #[garde(skip)]
    actor: Option<UserId>,
    /// The name of the action, such as `user.login`.
    #[garde(length(chars, max = 64))]
    #[param(max_length = 64)]
    action: Option<String>,
    /// The type of the affected resource, such as `user`.
    #[garde(length(chars, max = 64))]
    #[param(max_length = 64)]
    resource_type: Option<String>,
    /// The id of the affected resource.
    #[garde(skip)]
    resource_id: Option<Uuid>,
    /// The id of the project.
    #[garde(skip)]
    project_id: Option<ProjectId>,
    /// The start of the period (inclusive).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<OffsetDateTime>,
    /// The end of the period (exclusive).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<OffsetDateTime>,
}

/// List audit log entries of the platform
///
/// Newest first. With `Accept: application/x-ndjson`, returns all matching entries as newline-delimited JSON and
/// ignores `limit`.
#[utoipa::path(get, path = "/admin/audit-logs", tag = "admin", params(ListAuditLogs, PageQuery),
    responses((status = OK, content((Page<AuditLog> = "application/json"),
        (AuditLog = "application/x-ndjson")))))]
pub(crate) async fn list_audit_logs(
    State(app): State<AppState>,
    SuperAdmin(principal): SuperAdmin,
    headers: HeaderMap,
    list: List<ListAuditLogs>,
) -> Result<Response> {
    let list = list.map(|query| AuditFilter {
        actor: query.actor,
        action: query.action,
        resource_type: query.resource_type,
        resource_id: query.resource_id,
        project_id: query.project_id,
        from: query.from,
        to: query.to,
    });
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains(NDJSON) {
        let entry = Entry::success(Some(principal.user_id), Action::AuditLogExported, principal.user_id.0);
        let entry = Entry { resource: None, ..entry }.with(json!({"project_id": list.filters.project_id}));
        let mut db = app.db.acquire().await?;
        audit::record(&mut db, entry, app.clock.now()).await?;
        drop(db);
        let headers = [
            (header::CONTENT_TYPE, NDJSON),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.ndjson\""),
        ];
        let lines = audit_log_export::lines(app.db, list.filters, list.after);
        return Ok((headers, Body::from_stream(lines)).into_response());
    }
    let rows = audit::list_audit_logs(&app.db, &list.filters, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |row| row.id.0)).into_response())
}
