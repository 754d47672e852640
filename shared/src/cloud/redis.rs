//! Redis, where instances share what they count and what they cache; and what happens while it does not answer.
//!
//! Nothing is kept there that could not be lost: whoever asks goes on alone when there is no answer.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{
    Client, RedisError, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, timeout};

use crate::{
    base::config::Error,
    http::health::{Health, Need},
};

/// How often one request tries whether Redis is back.
const RETRY: Duration = Duration::from_secs(1);
/// How long a new connection may take, TLS and all; nobody waits for it.
const CONNECT: Duration = Duration::from_secs(2);

crate::settings! {
    /// What instances share.
    pub struct RedisSettings {
        /// Where instances share what they count and cache: `redis://` or `rediss://`; unset, each has its own.
        pub url: Option<SecretString> = "REDIS_URL",
        /// How long a request waits for Redis, in milliseconds; then its instance goes on alone.
        pub timeout_ms: u64 = "REDIS_TIMEOUT_MS" or "100",
    }
}

/// The Redis that instances share; cheap to clone.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    connection: ConnectionManager,
    /// While Redis is away: when to try it next.
    next_try: Option<Instant>,
}

impl Redis {
    /// Begins to connect, if it is configured; nobody waits for it.
    ///
    /// # Errors
    /// When `REDIS_URL` is no URL of a Redis.
    pub fn new(settings: &RedisSettings) -> Result<Option<Self>, Error> {
        let Some(url) = &settings.url else { return Ok(None) };
        // The value may hold a password, so the reason is not repeated.
        let wrong = |_: RedisError| Error::of("REDIS_URL", "expected `redis://` or `rediss://` and a host");
        let client = Client::open(url.expose_secret()).map_err(wrong)?;
        let connection = connect(&client).map_err(wrong)?;
        let state = Mutex::new(State { connection, next_try: None });
        let patience = Duration::from_millis(settings.timeout_ms);
        Ok(Some(Self(Arc::new(Inner { client, patience, state }))))
    }

    /// Adds it to what a function depends on, which goes on without it.
    #[must_use]
    pub fn depend(&self, health: Health) -> Health {
        let redis = self.clone();
        health.check("redis", Need::Optional, move || {
            let mut connection = redis.state().connection.clone();
            async move { redis::cmd("PING").query_async::<()>(&mut connection).await.is_ok() }
        })
    }

    /// What is kept under a key, if Redis answers and there is anything.
    pub async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let get = async |mut connection| redis::cmd("GET").arg(key).query_async(&mut connection).await;
        self.ask(get).await.flatten()
    }

    /// Keeps something under a key for a while, if Redis answers.
    pub async fn set(&self, key: &str, value: &[u8], keep: Duration) {
        let set = async |mut connection| {
            let milliseconds = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX);
            let mut set = redis::cmd("SET");
            set.arg(key).arg(value).arg("PX").arg(milliseconds).query_async::<()>(&mut connection).await
        };
        self.ask(set).await;
    }

    /// What Redis answers; `None` while it is away.
    pub(crate) async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(ConnectionManager) -> RedisResult<T>,
    ) -> Option<T> {
        let connection = self.connection()?;
        match timeout(self.0.patience, question(connection)).await {
            Ok(Ok(answer)) => {
                self.is_back();
                return Some(answer);
            }
            Ok(Err(error)) => self.is_away(&error.to_string()),
            Err(_) => self.is_away("no answer in time"),
        }
        None
    }

    /// The connection; while Redis is away, only one request a second gets it, to find out whether it still is.
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

    fn is_away(&self, error: &str) {
        let mut state = self.state();
        if state.next_try.is_none() {
            tracing::warn!(error, "Redis does not answer: until it does, each instance goes on alone");
        }
        state.next_try = Some(Instant::now() + RETRY);
        // A server that vanished without a word would leave the old connection waiting for a quarter of an hour.
        if let Ok(connection) = connect(&self.0.client) {
            state.connection = connection;
        }
    }

    fn is_back(&self) {
        if self.state().next_try.take().is_some() {
            tracing::info!("Redis answers again: instances share");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is being made in the background, so that no request's patience goes into that.
fn connect(client: &Client) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(CONNECT))
        .set_number_of_retries(0);
    let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
    let mut made = connection.clone();
    tokio::spawn(async move { redis::cmd("PING").query_async::<()>(&mut made).await });
    Ok(connection)
}
