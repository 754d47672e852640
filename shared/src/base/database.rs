//! The database pool: small, lazy, and compatible with a pooler in transaction mode.

use std::{str::FromStr as _, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    Connection as _, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

use tokio::time::{Instant, sleep};

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
        /// The certificates (PEM) of the authorities that may sign the server's certificate. If unset, the URL's
        /// `sslmode` decides what is verified.
        pub ca_certificate: Option<String> = "DATABASE_CA_CERTIFICATE",
    }
}

/// The idle time after which a connection is tested before use.
const IDLE_CHECK_AFTER: Duration = Duration::from_secs(1);
/// The maximum time that a job waits for a connection to its database. The network of an instance may need a minute or
/// more to connect (<https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations>).
pub const REACH_TIMEOUT: Duration = Duration::from_secs(180);
/// The pause between two attempts to reach the database.
const PAUSE: Duration = Duration::from_secs(1);

/// Returns the options of a connection, which verifies the server's certificate if `DATABASE_CA_CERTIFICATE` is set.
///
/// # Errors
/// If the URL is not a PostgreSQL URL.
pub fn options(settings: &DatabaseSettings) -> Result<PgConnectOptions, Error> {
    let options = PgConnectOptions::from_str(settings.url.expose_secret())
        .map_err(|_| Error::of("DATABASE_URL", "expected postgres://user:password@host:port/database"))?
        .statement_cache_capacity(settings.statement_cache);
    Ok(match &settings.ca_certificate {
        // The server has a private address and no host name. Its authority signs no other server's certificate.
        Some(pem) => options.ssl_mode(PgSslMode::VerifyCa).ssl_root_cert_from_pem(pem.clone().into_bytes()),
        None => options,
    })
}

/// Creates a pool that connects on first use, so that startup never waits for the database.
///
/// A statement times out before the request that sends it, so that no abandoned statement continues. A pooler does not
/// pass these options on: behind a pooler, the database login must have its own `statement_timeout` and `lock_timeout`.
///
/// # Errors
/// If the URL is not a PostgreSQL URL.
pub fn connect(settings: &DatabaseSettings, request_timeout: Option<Duration>) -> Result<PgPool, Error> {
    let mut options = options(settings)?;
    if settings.statement_cache == 0 {
        sqlx::use_unnamed_statements();
    } else if let Some(request) = request_timeout {
        let milliseconds = |limit: Duration| format!("{}ms", limit.as_millis());
        options = options.options([
            ("statement_timeout", milliseconds(request * 4 / 5)),
            ("lock_timeout", milliseconds(request * 2 / 5)),
        ]);
    }
    Ok(PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.acquire_timeout)
        .idle_timeout(Duration::from_secs(600))
        // A connection is tested when it returns to the pool. Testing it before each query would cost a round
        // trip, so only idle connections are tested again.
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > IDLE_CHECK_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options))
}

/// Acquires the first connection of a job or a command. While the database cannot be reached, it tries again until
/// `limit` ends.
///
/// # Errors
/// If the database stays unreachable. Other errors, such as a wrong password, are returned immediately.
pub async fn acquire_first(pool: &PgPool, limit: Duration) -> sqlx::Result<PoolConnection<Postgres>> {
    let end = Instant::now() + limit;
    loop {
        match pool.acquire().await {
            Err(error) if Failure::of(&error) == Failure::Unavailable && Instant::now() < end => {
                sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}

/// The meaning of a database error for the request that caused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The database is unreachable, or the statement did not get a lock in time.
    Unavailable,
    /// The transaction was rolled back although the statement is correct: a deadlock, a conflict, or a server that is
    /// no longer the primary. It can succeed when it is repeated.
    RolledBack,
    /// The statement took too long.
    TimedOut,
    /// The statement is wrong.
    Wrong,
}

impl Failure {
    /// Classifies an error (PostgreSQL, appendix A).
    #[must_use]
    pub fn of(error: &sqlx::Error) -> Self {
        let code = match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => return Self::Unavailable,
            sqlx::Error::Database(error) => error.code().unwrap_or_default(),
            _ => return Self::Wrong,
        };
        match &*code {
            // serialization_failure, deadlock_detected, read_only_sql_transaction
            "40001" | "40P01" | "25006" => Self::RolledBack,
            // query_canceled
            "57014" => Self::TimedOut,
            // lock_not_available
            "55P03" => Self::Unavailable,
            // 08: connection; 53: resources; 57P0x: shutting down or starting.
            code if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P0") => {
                Self::Unavailable
            }
            _ => Self::Wrong,
        }
    }
}

/// Returns the name of the constraint that a statement violated, if any.
#[must_use]
pub fn violated_constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|error| error.constraint())
}
