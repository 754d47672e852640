//! `DELETE /voice/{voice_sample_id}`.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    http::{
        precondition::IfMatch,
        problem::{ProblemBody, Result},
    },
    identity::guard::ItemEditor,
    items::locators::{ByItem, Voice},
};

use crate::AppState;

/// Deletes a voice sample: it vanishes at once, and its file after a while.
#[utoipa::path(delete, path = "/voice/{voice_sample_id}", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = ProblemBody), (status = NOT_FOUND, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn delete_voice_sample(
    State(app): State<AppState>,
    seen: IfMatch,
    access: ItemEditor<ByItem<Voice>>,
) -> Result<StatusCode> {
    app.delete(&access, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}
