//! Revokes invitations when their inviter loses the right to invite.

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::base::ids::UserId;

/// Revokes the open invitations of a user to projects that the user may no longer invite to. Every change that removes
/// this right calls it in its transaction.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end_invitations(
    db: &mut PgConnection,
    inviter: UserId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update project_invitations set revoked_at = $2
        where invited_by_id = $1
          and accepted_at is null
          and revoked_at is null
          and not may_invite(invited_by_id, project_id)
        ",
        inviter.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
