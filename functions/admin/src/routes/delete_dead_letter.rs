//! The handler of `DELETE /admin/dead-letters/{dead_letter_id}`.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::DeadLetterId,
    http::{extract::Path, problem::Result},
    identity::principal::SuperAdmin,
};

use crate::dead_letters::DeadLetters;

/// Delete a dead letter
///
/// Its message is lost and can no longer be replayed.
#[utoipa::path(delete, path = "/admin/dead-letters/{dead_letter_id}", tag = "admin",
    params(("dead_letter_id" = DeadLetterId, Path)),
    responses((status = NO_CONTENT),
        (status = NOT_FOUND, description = "not_found")))]
pub(crate) async fn delete_dead_letter(
    State(letters): State<DeadLetters>,
    SuperAdmin(principal): SuperAdmin,
    Path(id): Path<DeadLetterId>,
) -> Result<StatusCode> {
    letters.delete(principal.user_id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
