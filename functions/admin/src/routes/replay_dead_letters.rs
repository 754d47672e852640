//! The handler of `POST /admin/dead-letters/replay`.

use axum::extract::State;
use shared::{
    http::{
        extract::{Json, Query},
        problem::Result,
    },
    identity::principal::SuperAdmin,
};

use crate::{
    dead_letters::DeadLetters,
    model::{DeadLetterFilter, DeadLettersDone},
};

/// Replay the dead letters that match a filter
///
/// Oldest first, at most 1,000 per call. Dead letters that cannot be replayed do not match.
#[utoipa::path(post, path = "/admin/dead-letters/replay", tag = "admin", params(DeadLetterFilter),
    responses((status = OK, body = DeadLettersDone),
        (status = CONFLICT, description = "not_replayable")))]
pub(crate) async fn replay_dead_letters(
    State(letters): State<DeadLetters>,
    SuperAdmin(principal): SuperAdmin,
    Query(filter): Query<DeadLetterFilter>,
) -> Result<Json<DeadLettersDone>> {
    letters.replay_all(principal.user_id, &filter).await.map(Json)
}
