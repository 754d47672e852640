//! The handler of `DELETE /admin/dead-letters/{dead_letter_id}`.

use axum::{extract::State, http::StatusCode};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::DeadLetterId,
    http::{
        extract::Path,
        problem::{OrNotFound as _, ProblemBody, Result},
    },
    identity::principal::SuperAdmin,
};

use crate::{AppState, queries};

/// Delete a dead letter
///
/// Its message is lost and can no longer be replayed.
#[utoipa::path(delete, path = "/admin/dead-letters/{dead_letter_id}", tag = "admin",
    params(("dead_letter_id" = DeadLetterId, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn delete_dead_letter(
    State(app): State<AppState>,
    SuperAdmin(principal): SuperAdmin,
    Path(id): Path<DeadLetterId>,
) -> Result<StatusCode> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let letter = queries::take_dead_letter(&mut tx, id).await?.or_not_found()?;
    let entry = Entry::success(Some(principal.user_id), Action::DeadLetterDeleted, id.0);
    audit::record(&mut tx, entry.with(json!({"subscription": letter.subscription})), now).await?;
    tx.commit().await?;

    Ok(StatusCode::NO_CONTENT)
}
