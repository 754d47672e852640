//! The schema: append-only SQL files, embedded in the migration job; and what operators do to the database
//! by hand.

mod statistics;

use shared::{
    audit::{self, Action, Entry},
    base::{clock::Clock, ids::UserId},
};
use sqlx::{PgPool, migrate::Migrator};

pub use crate::statistics::{Difference, recompute};

/// Every migration, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Brings the database up to date. Safe to run twice at once: sqlx takes an advisory lock.
///
/// # Errors
/// When a migration fails, or one that has run was changed since.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(pool).await
}

/// What became of the account that was to be a super admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// It is one now.
    Done,
    /// It was one before.
    NothingToDo,
    /// No account has this address.
    NoAccount,
    /// It is not verified, or suspended: register and open the mailed link first.
    NotReady,
}

/// Makes the account of an address a super admin, from its next request on.
///
/// # Errors
/// When the database refuses.
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
