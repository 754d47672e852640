//! Redis, in which instances share counters and caches.
//!
//! Redis only holds data that may be lost. While it is unavailable, each instance continues with its own data.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{
    Client, RedisError, RedisResult, TlsCertificates,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, timeout};

use crate::{
    base::config::Error,
    http::health::{Health, Requirement},
};

/// The interval at which one request tests whether Redis is available again.
const RETRY: Duration = Duration::from_secs(1);
/// The timeout for a new connection, including TLS. No request waits for it.
const CONNECT: Duration = Duration::from_secs(2);

crate::settings! {
    /// The Redis in which instances share counters and caches.
    pub struct RedisSettings {
        /// The Redis URL (`redis://` or `rediss://`). If unset, instances share no counters and caches.
        pub url: Option<SecretString> = "REDIS_URL",
        /// The certificates (PEM) of the authorities that may sign the server's certificate. If unset, the authorities
        /// that browsers trust.
        pub ca_certificate: Option<String> = "REDIS_CA_CERTIFICATE",
        /// The longest time a request waits for Redis, in milliseconds. Then it continues without Redis.
        pub timeout_ms: u64 = "REDIS_TIMEOUT_MS" or "100",
    }
}

/// A client of the Redis that instances share. Cheap to clone.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    time_limit: Duration,
    state: Mutex<State>,
}

struct State {
    connection: ConnectionManager,
    /// The time of the next attempt, while Redis is unavailable.
    next_try: Option<Instant>,
}

impl Redis {
    /// Connects in the background, if Redis is configured.
    ///
    /// # Errors
    /// If `REDIS_URL` is not a Redis URL.
    pub fn new(settings: &RedisSettings) -> Result<Option<Self>, Error> {
        let Some(url) = &settings.url else { return Ok(None) };
        // The original error is hidden because it may contain the password.
        let invalid = |_: RedisError| Error::of("REDIS_URL", "expected `redis://` or `rediss://` and a host");
        let client = match &settings.ca_certificate {
            Some(pem) => {
                let root_cert = Some(pem.clone().into_bytes());
                if !url.expose_secret().starts_with("rediss://") {
                    return Err(Error::of(
                        "REDIS_URL",
                        "expected `rediss://`, since REDIS_CA_CERTIFICATE is set",
                    ));
                }
                Client::build_with_tls(url.expose_secret(), TlsCertificates { client_tls: None, root_cert })
            }
            None => Client::open(url.expose_secret()),
        };
        let client = client.map_err(invalid)?;
        let connection = connect(&client).map_err(invalid)?;
        let state = Mutex::new(State { connection, next_try: None });
        let time_limit = Duration::from_millis(settings.timeout_ms);
        Ok(Some(Self(Arc::new(Inner { client, time_limit, state }))))
    }

    /// Adds Redis to a function's health check as an optional dependency.
    #[must_use]
    pub fn add_health_check(&self, health: Health) -> Health {
        let redis = self.clone();
        health.check("redis", Requirement::Optional, move || {
            let mut connection = redis.state().connection.clone();
            async move { redis::cmd("PING").query_async::<()>(&mut connection).await.is_ok() }
        })
    }

    /// Returns the value of a key. `None` if the key is missing or Redis is unavailable.
    pub async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let get = async |mut connection| redis::cmd("GET").arg(key).query_async(&mut connection).await;
        self.query(get).await.flatten()
    }

    /// Sets the value of a key, which expires after `keep`. Does nothing if Redis is unavailable.
    pub async fn set(&self, key: &str, value: &[u8], keep: Duration) {
        let set = async |mut connection| {
            let milliseconds = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX);
            let mut set = redis::cmd("SET");
            set.arg(key).arg(value).arg("PX").arg(milliseconds).query_async::<()>(&mut connection).await
        };
        self.query(set).await;
    }

    /// Sends a command and returns the reply. `None` if Redis is unavailable.
    pub(crate) async fn query<T>(
        &self,
        question: impl AsyncFnOnce(ConnectionManager) -> RedisResult<T>,
    ) -> Option<T> {
        let connection = self.connection()?;
        match timeout(self.0.time_limit, question(connection)).await {
            Ok(Ok(answer)) => {
                self.mark_available();
                return Some(answer);
            }
            Ok(Err(error)) => self.mark_unavailable(&error.to_string()),
            Err(_) => self.mark_unavailable("the request timed out"),
        }
        None
    }

    /// Returns the connection. While Redis is unavailable, only one request per second gets it, to test whether Redis
    /// is back.
    fn connection(&self) -> Option<ConnectionManager> {
        let mut state = self.state();
        let now = Instant::now();
        match state.next_try {
            Some(next) if now < next => return None,
            Some(_) => state.next_try = Some(now + RETRY),
            None => {}
        }
        Some(state.connection.clone())
    }

    fn mark_unavailable(&self, error: &str) {
        let mut state = self.state();
        if state.next_try.is_none() {
            tracing::warn!(error, "Redis does not answer: each instance uses its own counters and caches");
        }
        state.next_try = Some(Instant::now() + RETRY);
        // If the server disappeared without closing the connection, requests on it would block for 15 minutes.
        if let Ok(connection) = connect(&self.0.client) {
            state.connection = connection;
        }
    }

    fn mark_available(&self) {
        if self.state().next_try.take().is_some() {
            tracing::info!("Redis answers again: instances share counters and caches");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a connection in the background, so that no request spends its time limit on connecting.
fn connect(client: &Client) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(CONNECT))
        .set_number_of_retries(0);
    let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
    let mut created = connection.clone();
    tokio::spawn(async move { redis::cmd("PING").query_async::<()>(&mut created).await });
    Ok(connection)
}
