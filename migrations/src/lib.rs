//! The schema, embedded in the migration job, and the commands that operators run on the database.
//!
//! Each SQL file covers one topic, and the files run in the order of their numbers. Until the first release, a change
//! edits the file of its topic. `released.sha256` lists the released files, which never change again: a later change is
//! a new file.

mod statistics;
mod super_admin;
mod transactions;

use sqlx::{
    Connection as _, PgConnection, PgPool,
    migrate::{MigrateError, Migrator},
};

pub use crate::{
    statistics::{Difference, recompute},
    super_admin::{Promotion, grant_super_admin},
};

/// Every migration, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// The reason why a database was not migrated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database has run the migration with this version, but the migration differs from this build's or is unknown
    /// to it.
    #[error(
        "the database was created by other migrations than these (version {0} differs) and cannot be \
         converted: use an empty database, or the build that created this one"
    )]
    OtherHistory(i64),
    /// A migration failed, or the connection to the database failed.
    #[error(transparent)]
    Failed(MigrateError),
}

/// Applies the missing migrations, and continues the numbers of transactions in a restored database. Safe to run
/// concurrently, because sqlx takes an advisory lock.
///
/// # Errors
/// Returns [`Error::OtherHistory`], and changes nothing, when the database was created by other migrations.
pub async fn migrate(pool: &PgPool) -> Result<(), Error> {
    // A separate connection: after a failure, sqlx holds its advisory lock until the connection is closed.
    let connection = pool.acquire().await.map_err(MigrateError::from)?;
    let mut connection = connection.detach();
    let migrated = run(&mut connection).await;
    let closed = connection.close().await;
    migrated?;
    Ok(closed.map_err(MigrateError::from)?)
}

async fn run(connection: &mut PgConnection) -> Result<(), MigrateError> {
    MIGRATOR.run(&mut *connection).await?;
    Ok(transactions::continue_numbers(connection).await?)
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
                Self::OtherHistory(version)
            }
            error => Self::Failed(error),
        }
    }
}
