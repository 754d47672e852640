//! The database pool: small, lazy, and compatible with a pooler in transaction mode.

use std::{str::FromStr as _, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::base::config::Error;

crate::settings! {
    /// The database connection.
    pub struct DatabaseSettings {
        /// The PostgreSQL connection URL.
        pub url: SecretString = "DATABASE_URL",
        /// The connection limit of one instance. The sum over all instances must fit `max_connections`.
        pub max_connections: u32 = "DATABASE_MAX_CONNECTIONS" or "4",
        /// The longest time a request waits for a connection, in seconds.
        pub acquire_timeout: Duration = "DATABASE_ACQUIRE_TIMEOUT" or "3",
        /// Prepared statements cached per connection. Set to `0` behind a pooler in transaction mode.
        pub statement_cache: usize = "DATABASE_STATEMENT_CACHE" or "100",
    }
}

/// The idle time after which a connection is tested before use.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Creates a pool that connects on first use, so that startup never waits for the database.
///
/// # Errors
/// If the URL is not a PostgreSQL URL.
pub fn connect(settings: &DatabaseSettings) -> Result<PgPool, Error> {
    let options = PgConnectOptions::from_str(settings.url.expose_secret())
        .map_err(|_| Error::of("DATABASE_URL", "expected postgres://user:password@host:port/database"))?
        .statement_cache_capacity(settings.statement_cache);
    Ok(PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.acquire_timeout)
        .idle_timeout(Duration::from_secs(600))
        // A connection is tested when it returns to the pool. Testing it before each query would cost a round
        // trip, so only idle connections are tested again.
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options))
}

/// Returns true if the error means that the database is unreachable, rather than that the query is wrong.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // 08: connection; 53: resources; 57P0x: shutting down or starting (PostgreSQL, appendix A).
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("08") || code.starts_with("53") || code.starts_with("57P0")),
        _ => false,
    }
}

/// Returns the name of the constraint that a statement violated, if any.
#[must_use]
pub fn violated_constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|error| error.constraint())
}
