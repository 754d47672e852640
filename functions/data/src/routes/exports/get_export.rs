//! `GET /exports/{export_id}`.

use axum::extract::State;
use serde::Serialize;
use shared::{
    audit::{self, Action, Entry},
    base::ids::ExportId,
    cloud::storage::Download,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
    items::{exports::object_name, locators::ByExport},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, model::Export, queries};

/// An export, with a link to its file once it is ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportWithLink {
    #[serde(flatten)]
    export: Export,
    /// Where the file can be had, once it is ready. Whoever holds it may read the file: keep it to yourself.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// When the link stops being good; ask for another one then.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    expires_at: Option<OffsetDateTime>,
}

/// How far an export is; once it is ready, a link to its file, which is served as an attachment.
#[utoipa::path(get, path = "/exports/{export_id}", tag = "exports", security(("bearer" = [])),
    params(("export_id" = ExportId, Path)),
    responses((status = OK, body = ExportWithLink), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_export(
    State(app): State<AppState>,
    access: ProjectAdmin<ByExport>,
) -> Result<Json<ExportWithLink>> {
    let (id, now) = (access.found, app.clock.now());
    let row = queries::get_export(&app.db, id, now).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let Some((attempt, generation)) = row.file else {
        return Ok(Json(ExportWithLink { export: row.export, url: None, expires_at: None }));
    };
    {
        // No connection is kept while signing, which may be a call to IAM.
        let mut db = app.db.acquire().await?;
        let entry = Entry::success(Some(access.principal.user_id), Action::ExportDownloaded, id.0);
        audit::record(&mut db, entry.in_project(access.project_id), now).await?;
    }
    let object = object_name(access.project_id, id, attempt);
    let day = row.export.created_at.date();
    let filename = format!("items-{day}.{}", row.export.format.extension());
    let Download { url, expires_at } =
        app.exports_signer.download(&object, generation, &filename, now).await?;
    Ok(Json(ExportWithLink { export: row.export, url: Some(url), expires_at: Some(expires_at) }))
}
