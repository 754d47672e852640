//! The handler of `DELETE /admin/dead-letters`.

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

/// Delete the dead letters that match a filter
///
/// Oldest first, at most 1,000 per call. Their messages are lost and can no longer be replayed.
#[utoipa::path(delete, path = "/admin/dead-letters", tag = "admin", params(DeadLetterFilter),
    responses((status = OK, body = DeadLettersDone)))]
pub(crate) async fn delete_dead_letters(
    State(letters): State<DeadLetters>,
    SuperAdmin(principal): SuperAdmin,
    Query(filter): Query<DeadLetterFilter>,
) -> Result<Json<DeadLettersDone>> {
    letters.delete_all(principal.user_id, &filter).await.map(Json)
}
