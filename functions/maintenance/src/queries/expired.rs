//! Deletion of expired rows. Each statement is bounded, reads the index by time, and skips rows that another run has
//! locked.

use sqlx::PgPool;
use time::OffsetDateTime;

/// Defines functions that delete up to `limit` rows of a table whose time column is not after `before`.
macro_rules! delete_expired {
    ($($(#[$doc:meta])* $name:ident($table:literal, $key:literal, $time:literal);)+) => {$(
        $(#[$doc])*
        pub(crate) async fn $name(db: &PgPool, before: OffsetDateTime, limit: i64) -> Result<u64, sqlx::Error> {
            let deleted = sqlx::query!(
                "delete from " + $table + " where (" + $key + ") in (select " + $key + " from " + $table
                    + " where " + $time + " <= $1 order by " + $time + " limit $2 for update skip locked)",
                before,
                limit,
            );
            Ok(deleted.execute(db).await?.rows_affected())
        }
    )+};
}

delete_expired! {
    /// Deletes expired passkey ceremonies.
    ceremonies("passkey_ceremonies", "id", "expires_at");
    /// Deletes expired verification links.
    verification_links("email_verification_tokens", "id", "expires_at");
    /// Deletes expired password reset links.
    reset_links("password_reset_tokens", "id", "expires_at");
    /// Deletes invitations that were accepted or revoked, or have expired.
    invitations("project_invitations", "id", "least(accepted_at, revoked_at, expires_at)");
    /// Deletes idempotency keys that are past their lifetime.
    idempotency_keys("idempotency_keys", "user_id, route, key", "created_at");
    /// Deletes revoked and expired sessions.
    sessions("sessions", "id", "coalesce(revoked_at, expires_at)");
    /// Deletes the records of mails whose events Pub/Sub no longer keeps.
    mail_deliveries("mail_deliveries", "event_id", "sent_at");
    /// Deletes mail counts whose day has ended.
    mail_counts("mail_counts", "subject", "day_began_at");
    /// Deletes expired stream tickets.
    event_tickets("event_tickets", "token_hash", "expires_at");
    /// Deletes failure causes that are too old to belong to a future dead letter.
    delivery_errors("delivery_errors", "subscription, message_hash", "failed_at");
    /// Deletes dead letters that nobody replayed.
    dead_letters("dead_letters", "id", "created_at");
}
