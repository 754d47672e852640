//! Handlers of `/exports` and the paths below it.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ExportId, ProjectId},
    http::{
        extract::Json,
        idempotency::IdempotencyKey,
        pagination::{Page, PageQuery},
        problem::{ProblemBody, Result},
    },
    identity::guard::{ByBody, ByList, InProject, ProjectAdmin},
    items::{ItemStatus, exports::ExportFormat, locators::ByExport},
};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::{
    exports::Exports,
    model::{Export, ExportStatus},
};

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
    #[garde(custom(is_shown))]
    #[schema(inline)]
    status: Option<ItemStatus>,
}

impl InProject for CreateExport {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

fn is_shown(status: &Option<ItemStatus>, (): &()) -> garde::Result {
    match status {
        Some(ItemStatus::Deleted) => Err(garde::Error::new("deleted items cannot be exported")),
        _ => Ok(()),
    }
}

/// A project export that has been accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestedExport {
    id: ExportId,
    #[schema(inline)]
    status: ExportStatus,
}

/// Create an export of the items of a project
///
/// The export contains the items created before this request, documents first, in the order of their creation. Each
/// item has its text as of the moment it is written. The file is written in the background. The caller gets a mail when
/// it is ready.
///
/// In CSV (RFC 4180, UTF-8), a cell that a spreadsheet could interpret as a formula begins with an apostrophe.
#[utoipa::path(post, path = "/exports", tag = "exports", request_body = CreateExport,
    responses((status = ACCEPTED, body = RequestedExport), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn create_export(
    State(exports): State<Exports>,
    key: IdempotencyKey,
    access: ProjectAdmin<ByBody<CreateExport>>,
) -> Result<impl IntoResponse> {
    let CreateExport { project_id, format, status } = access.target;
    let export = exports.create(project_id, access.principal.user_id, &key, format, status).await?;
    let location = [(header::LOCATION, format!("/exports/{}", export.id))];
    Ok((StatusCode::ACCEPTED, location, Json(RequestedExport { id: export.id, status: export.status })))
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

/// List the exports of a project
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
    url: Option<String>,
    /// When the link expires. Get the export again for a new link.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    expires_at: Option<OffsetDateTime>,
}

/// Get an export
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
