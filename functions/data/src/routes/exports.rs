//! Handlers of `/exports` and the paths below it.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ExportId, ProjectId},
    http::{
        extract::Json,
        idempotency::IdempotencyKey,
        pagination::{Page, PageQuery},
        problem::Result,
    },
    identity::guard::{ByBody, ByList, InProject, ProjectAdmin},
    items::{
        ItemStatus, StatusFilter,
        exports::{ExportFormat, ExportStatus},
        locators::ByExport,
    },
};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::{exports::Exports, model::Export};

/// The request for a project export.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateExport {
    /// The project whose items are exported.
    #[garde(skip)]
    project_id: ProjectId,
    #[garde(skip)]
    #[schema(inline)]
    format: ExportFormat,
    /// Exports only items with this status.
    #[garde(skip)]
    status: Option<StatusFilter>,
}

impl InProject for CreateExport {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A project export that has been accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestedExport {
    id: ExportId,
    #[schema(inline)]
    status: ExportStatus,
}

/// Create a project export
///
/// The export contains the items created before this request, documents first, in the order of their creation. The file
/// is written in the background. Each item has the text that it has when it is written. The caller gets a mail when the
/// export is ready.
///
/// In CSV (RFC 4180, UTF-8), a cell that a spreadsheet could interpret as a formula begins with an apostrophe.
#[utoipa::path(post, path = "/exports", tag = "exports", request_body = CreateExport,
    responses((status = ACCEPTED, body = RequestedExport, headers(("Location" = String))),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_export(
    State(exports): State<Exports>,
    key: IdempotencyKey,
    access: ProjectAdmin<ByBody<CreateExport>>,
) -> Result<Response> {
    let CreateExport { project_id, format, status } = access.target;
    let status = status.map(ItemStatus::from);
    let export = exports.create(project_id, access.principal.user_id, &key, format, status).await?;
    let location = [(header::LOCATION, format!("/exports/{}", export.id))];
    let body = Json(RequestedExport { id: export.id, status: export.status });
    Ok((StatusCode::ACCEPTED, location, body).into_response())
}

/// The query parameters of `GET /exports`.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListExports {
    /// The project whose exports are listed.
    #[garde(skip)]
    project_id: ProjectId,
}

impl InProject for ListExports {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// List project exports
///
/// The newest exports come first.
#[utoipa::path(get, path = "/exports", tag = "exports", params(ListExports, PageQuery),
    responses((status = OK, body = Page<Export>)))]
pub(crate) async fn list_exports(
    State(exports): State<Exports>,
    access: ProjectAdmin<ByList<ListExports>>,
) -> Result<Json<Page<Export>>> {
    let list = access.target;
    let rows = exports.list(access.project_id, list.after, list.rows()).await?;
    Ok(Json(list.page(rows, |export| export.id.0)))
}

/// A project export, with a link to its file once it is ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportWithLink {
    #[serde(flatten)]
    export: Export,
    /// A link to the file, once it is ready. Anyone with the link can read the file, so keep it secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    url: Option<String>,
    /// When the link expires. Get the export again for a new link.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<OffsetDateTime>,
}

/// Get a project export
///
/// The response contains the progress and, once the file is ready, a link to it. The file is served as an attachment.
#[utoipa::path(get, path = "/exports/{export_id}", tag = "exports",
    params(("export_id" = ExportId, Path)),
    responses((status = OK, body = ExportWithLink)))]
pub(crate) async fn get_export(
    State(exports): State<Exports>,
    access: ProjectAdmin<ByExport>,
) -> Result<Json<ExportWithLink>> {
    let (export, link) = exports.get(access.project_id, access.principal.user_id, access.target).await?;
    let (url, expires_at) = link.map(|link| (link.url, link.expires_at)).unzip();
    Ok(Json(ExportWithLink { export, url, expires_at }))
}
