//! What has expired and is forgotten: each statement is bounded, walks the index by time, and passes over rows that
//! another run has taken.

use sqlx::PgPool;
use time::OffsetDateTime;

/// Functions that delete up to `limit` rows of a table, by key, whose time has come.
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
    /// Ceremonies that nobody can finish any more.
    ceremonies("passkey_ceremonies", "id", "expires_at");
    /// Links that verify an address.
    verification_links("email_verification_tokens", "id", "expires_at");
    /// Links that set a new password.
    reset_links("password_reset_tokens", "id", "expires_at");
    /// Invitations that were accepted, taken back, or have expired.
    invitations("project_invitations", "id", "least(accepted_at, revoked_at, expires_at)");
    /// Keys whose requests are new again.
    idempotency_keys("idempotency_keys", "user_id, route, key", "created_at");
    /// Sessions that ended.
    sessions("sessions", "id", "coalesce(revoked_at, expires_at)");
    /// Mails whose events will not come back.
    mail_deliveries("mail_deliveries", "event_id", "sent_at");
    /// Tickets that open no stream any more.
    event_tickets("event_tickets", "token_hash", "expires_at");
    /// Causes of failures that no dead letter will ask for.
    delivery_errors("delivery_errors", "subscription, message_hash", "failed_at");
}
