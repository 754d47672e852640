//! `GET /voice/{voice_sample_id}/download`.

use axum::extract::State;
use shared::{
    base::ids::ItemId,
    cloud::storage::Download,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::guard::ProjectMember,
    items::locators::{ByItem, Voice},
};

use crate::AppState;

/// A link to the file of a voice sample, which is served as an attachment.
#[utoipa::path(get, path = "/voice/{voice_sample_id}/download", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = OK, body = Download), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn download_voice_sample(
    State(app): State<AppState>,
    access: ProjectMember<ByItem<Voice>>,
) -> Result<Json<Download>> {
    app.download(&access).await.map(Json)
}
