//! `POST /voice/{voice_sample_id}/reprocess`.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
    items::locators::{ByItem, Voice},
};

use crate::{AppState, model};

/// Has a voice sample that failed read once more.
#[utoipa::path(post, path = "/voice/{voice_sample_id}/reprocess", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = ACCEPTED, body = model::VoiceSample), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn reprocess_voice_sample(
    State(app): State<AppState>,
    access: ProjectAdmin<ByItem<Voice>>,
) -> Result<(StatusCode, Json<model::VoiceSample>)> {
    let row = app.reprocess(&access).await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}
