//! The schema, embedded in the migration job, and the commands that operators run on the database.
//!
//! Each SQL file covers one topic, and the files run in the order of their numbers. Until the first release, a change
//! edits the file of its topic. `released.sha256` lists the released files, which never change again: a later change is
//! a new file.

mod statistics;
mod transactions;

use shared::{
    audit::{self, Action, Entry},
    base::{clock::Clock, ids::UserId},
};
use sqlx::{
    Connection as _, PgConnection, PgPool,
    migrate::{MigrateError, Migrator},
};

pub use crate::statistics::{Difference, recompute};

/// Every migration, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// The reason why a database was not migrated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database has run a migration, with this version, that differs from this build's or is unknown to it.
    #[error(
        "the database was made by other migrations than these (version {0} differs) and cannot be \
         converted: use an empty database, or the build that made this one"
    )]
    OtherHistory(i64),
    /// A migration failed, or the connection to the database did.
    #[error(transparent)]
    Failed(MigrateError),
}

/// Applies the missing migrations, and continues the numbers of transactions in a restored database. Safe to run twice
/// at once, because sqlx takes an advisory lock.
///
/// # Errors
/// Returns [`Error::OtherHistory`], and changes nothing, when the database was made by other migrations.
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

/// The result of making an account a super admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// The account is a super admin now.
    Done,
    /// The account was a super admin already.
    NothingToDo,
    /// No account has this address.
    NoAccount,
    /// The account is not verified, or it is suspended.
    NotReady,
}

/// Makes the account with this address a super admin, from its next request on.
///
/// # Errors
/// Returns the error of a query that fails.
pub async fn grant_super_admin(pool: &PgPool, email: &str, clock: &Clock) -> Result<Promotion, sqlx::Error> {
    let email = email.trim().to_lowercase();
    let mut tx = pool.begin().await?;
    let account = sqlx::query!(
        r#"
        select id as "id: UserId", global_role = 'super_admin' as "is_one!",
               email_verified_at is not null and suspended_at is null as "ready!"
        from users
        where email = $1 and deleted_at is null
        for update
        "#,
        email,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let promotion = match account {
        None => Promotion::NoAccount,
        Some(account) if account.is_one => Promotion::NothingToDo,
        Some(account) if !account.ready => Promotion::NotReady,
        Some(account) => {
            sqlx::query!(
                "update users set global_role = 'super_admin', version = version + 1 where id = $1",
                account.id.0,
            )
            .execute(&mut *tx)
            .await?;
            let metadata = serde_json::json!({"before": "user", "after": "super_admin", "by": "operator"});
            let entry = Entry::success(None, Action::UserRoleChanged, account.id.0).with(metadata);
            audit::record(&mut tx, entry, clock.now()).await?;
            Promotion::Done
        }
    };
    tx.commit().await?;
    Ok(promotion)
}
