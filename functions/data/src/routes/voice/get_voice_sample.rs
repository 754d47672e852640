//! `GET /voice/{voice_sample_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use serde::Serialize;
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
        server::etag,
    },
    identity::guard::ProjectMember,
    items::locators::{ByItem, Voice},
};
use utoipa::ToSchema;

use crate::{AppState, model, queries};

/// A voice sample with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceSampleWithText {
    #[serde(flatten)]
    voice_sample: model::VoiceSample,
    /// What was said; null until it was transcribed.
    transcription_text: Option<String>,
    /// What a reviewer made of it.
    corrected_text: Option<String>,
}

/// One voice sample, with its text.
#[utoipa::path(get, path = "/voice/{voice_sample_id}", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = OK, body = VoiceSampleWithText), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_voice_sample(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<Voice>>,
) -> Result<impl IntoResponse> {
    let mut row = app.item(access.found).await?;
    let transcription_text = queries::voice_text(&app.db, access.found.id).await?;
    let corrected_text = row.corrected_text.take();
    let etag = [(header::ETAG, etag(row.item.version))];
    Ok((etag, Json(VoiceSampleWithText { voice_sample: row.into(), transcription_text, corrected_text })))
}
