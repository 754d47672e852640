//! `POST /exports`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ExportId, ProjectId},
    cloud::events::ExportRequested,
    http::{
        extract::Json,
        idempotency::{IdempotencyKey, Reservation},
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::guard::{ByBody, InProject, ProjectAdmin},
    items::{ItemStatus, exports::ExportFormat},
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::ExportStatus,
    queries::{self, NewExport},
};

/// What is to be exported.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateExport {
    /// The project whose items it holds.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
    #[garde(skip)]
    #[schema(inline)]
    pub(crate) format: ExportFormat,
    /// Only items in this state.
    #[garde(custom(is_shown))]
    #[schema(inline)]
    pub(crate) status: Option<ItemStatus>,
}

impl InProject for CreateExport {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

fn is_shown(status: &Option<ItemStatus>, (): &()) -> garde::Result {
    match status {
        Some(ItemStatus::Deleted) => Err(garde::Error::new("what was deleted is shown nowhere")),
        _ => Ok(()),
    }
}

/// An export that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestedExport {
    id: ExportId,
    #[schema(inline)]
    status: ExportStatus,
}

/// Asks for a file with the items of a project: those that were announced until now, documents first, in the order of
/// their announcement, each with its text, as it is when it is written. It is made in the background; a mail says that
/// it is ready.
///
/// In CSV (RFC 4180, UTF-8), a cell that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(post, path = "/exports", tag = "exports", security(("bearer" = [])), request_body = CreateExport,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = ACCEPTED, body = RequestedExport), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_export(
    State(app): State<AppState>,
    key: IdempotencyKey,
    access: ProjectAdmin<ByBody<CreateExport>>,
) -> Result<impl IntoResponse> {
    let (project_id, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let CreateExport { format, status, .. } = access.found;
    let mut id = ExportId::new();
    let mut tx = app.outbox.begin().await?;
    match key.reserve(&mut tx, user, id.0, now).await? {
        Reservation::Repeat(created) => id = ExportId(created),
        Reservation::First => {
            let kept_until = now + app.export_retention;
            let new = NewExport { id, project_id, requested_by: user, format, status, kept_until };
            if !queries::insert_export(&mut tx, &new, now).await? {
                return Err(Problem::new(Code::TooManyExports));
            }
            let entry = Entry::success(Some(user), Action::ExportRequested, id.0).in_project(project_id);
            audit::record(&mut tx, entry.with(json!({"format": format, "status": status})), now).await?;
            tx.record(&ExportRequested { export_id: id, step: 0 }).await?;
        }
    }
    let row = queries::get_export(&mut *tx, id, now).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    let location = [(header::LOCATION, format!("/exports/{id}"))];
    let requested = RequestedExport { id, status: row.export.status };
    Ok((StatusCode::ACCEPTED, location, Json(requested)))
}
