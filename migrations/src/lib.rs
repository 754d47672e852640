//! The schema: append-only SQL files, embedded in the migration job.

use sqlx::{PgPool, migrate::Migrator};

/// Every migration, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Brings the database up to date. Safe to run twice at once: sqlx takes an advisory lock.
///
/// # Errors
/// When a migration fails, or one that has run was changed since.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(pool).await
}
