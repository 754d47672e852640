//! Debts in Redis, where all instances see them; and what happens while Redis does not answer.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, timeout};

use super::gcra::{Charge, WINDOW};
use crate::config::Error;

/// How often one request tries whether Redis is back.
const RETRY: Duration = Duration::from_secs(1);
/// How long a new connection may take, TLS and all; nobody waits for it.
const CONNECT: Duration = Duration::from_secs(2);

/// Charges all keys, or none unless ARGV[1] says so; gives what each owed before. ARGV[2] is the window,
/// then come the charges, all in microseconds. The clock is the server's: instances need not agree on theirs.
const SPEND: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
local charged = true
local debts = {}
for i, paid_at in ipairs(redis.call('MGET', unpack(KEYS))) do
    debts[i] = math.max((tonumber(paid_at) or 0) - now, 0)
    charged = charged and debts[i] + ARGV[i + 2] <= window
end
if charged or ARGV[1] == '1' then
    for i, key in ipairs(KEYS) do
        local debt = debts[i] + ARGV[i + 2]
        redis.call('SET', key, string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
    end
end
return debts
";

/// The store that instances share.
pub(super) struct SharedStore {
    client: Client,
    patience: Duration,
    script: Script,
    state: Mutex<State>,
}

struct State {
    connection: ConnectionManager,
    /// While Redis is away: when to try it next.
    next_try: Option<Instant>,
}

impl SharedStore {
    /// Begins to connect; nobody waits for it.
    pub(super) fn new(url: &SecretString, patience: Duration) -> Result<Self, Error> {
        // The value may hold a password, so the reason is not repeated.
        let wrong = |_: RedisError| Error::of("REDIS_URL", "expected `redis://` or `rediss://` and a host");
        let client = Client::open(url.expose_secret()).map_err(wrong)?;
        let connection = connect(&client).map_err(wrong)?;
        let state = Mutex::new(State { connection, next_try: None });
        Ok(Self { client, patience, script: Script::new(SPEND), state })
    }

    /// What each key owed before, after charging all of them or none; `None` while Redis is away.
    pub(super) async fn spend(&self, charges: &[Charge], in_any_case: bool) -> Option<Vec<i64>> {
        let mut connection = self.connection()?;
        let mut call = self.script.prepare_invoke();
        call.arg(u8::from(in_any_case)).arg(WINDOW);
        for charge in charges {
            call.key([b"rate-limit:".as_slice(), &charge.key].concat()).arg(charge.micros);
        }
        match timeout(self.patience, call.invoke_async::<Vec<i64>>(&mut connection)).await {
            Ok(Ok(debts)) if debts.len() == charges.len() => {
                self.is_back();
                return Some(debts);
            }
            Ok(Ok(_)) => self.is_away("an answer of the wrong length"),
            Ok(Err(error)) => self.is_away(&error.to_string()),
            Err(_) => self.is_away("no answer in time"),
        }
        None
    }

    /// Whether Redis answers.
    pub(super) async fn answers(&self) -> bool {
        let mut connection = self.state().connection.clone();
        redis::cmd("PING").query_async::<()>(&mut connection).await.is_ok()
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
            tracing::warn!(
                error,
                "Redis does not answer: until it does, each instance limits rates for itself"
            );
        }
        state.next_try = Some(Instant::now() + RETRY);
        // A server that vanished without a word would leave the old connection waiting for a quarter of an hour.
        if let Ok(connection) = connect(&self.client) {
            state.connection = connection;
        }
    }

    fn is_back(&self) {
        if self.state().next_try.take().is_some() {
            tracing::info!("Redis answers again: instances share rate limits");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
