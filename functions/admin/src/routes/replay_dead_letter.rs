//! The handler of `POST /admin/dead-letters/{dead_letter_id}/replay`.

use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use shared::{
    base::ids::DeadLetterId,
    http::{
        extract::{Json, Path},
        problem::Result,
    },
    identity::principal::SuperAdmin,
};
use utoipa::ToSchema;

use crate::dead_letters::DeadLetters;

/// The result of a replay.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    status: ReplayStatus,
}

/// The outcome of a replay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplayStatus {
    /// The message was published again.
    Replayed,
}

/// Replay a dead letter
///
/// Publishes the message again with its original event id, so that steps that succeeded are not repeated. If delivery
/// fails again, a new dead letter is stored.
#[utoipa::path(post, path = "/admin/dead-letters/{dead_letter_id}/replay", tag = "admin",
    params(("dead_letter_id" = DeadLetterId, Path)),
    responses((status = ACCEPTED, body = Replayed),
        (status = NOT_FOUND, description = "not_found"),
        (status = CONFLICT, description = "not_replayable")))]
pub(crate) async fn replay_dead_letter(
    State(letters): State<DeadLetters>,
    SuperAdmin(principal): SuperAdmin,
    Path(id): Path<DeadLetterId>,
) -> Result<(StatusCode, Json<Replayed>)> {
    letters.replay(principal.user_id, id).await?;
    Ok((StatusCode::ACCEPTED, Json(Replayed { status: ReplayStatus::Replayed })))
}
