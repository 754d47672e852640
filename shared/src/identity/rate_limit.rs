//! Rate limits for routes that unauthenticated clients may call.
//!
//! A handler wraps its body in [`RateLimited`], or its session on routes where a signed-in client could guess a
//! password. Each request is charged to up to three quotas. Every route has its own quotas:
//! - `address`: the client's address. An IPv6 address counts as its /64, and all requests without a known address
//!   count as one client. It is charged before the body is read.
//! - `account`: the account that the request is about, from this address. It is charged once the body is read, together
//!   with `unknown-addresses`.
//! - `unknown-addresses`: the same account, from all addresses together. An address from which the account has opened a
//!   session is exempt once this quota is exhausted. A flood from many addresses therefore slows down sign-ins from
//!   new addresses, but never locks the owner out at a known address. Sessions are queried only if
//!   `unknown-addresses` alone would refuse the request, so requests that the other two quotas refuse cost no query,
//!   and known addresses need no separate store.
//!
//! A quota is a GCRA (generic cell rate algorithm): a number of units a minute, which may be used at once. Quotas are
//! stored in Redis, if configured, so that instances share them. Otherwise, and while Redis does not respond, they are
//! stored in the process.

mod extract;
mod fields;
mod gcra;
mod keys;
mod shared_store;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use futures::future::BoxFuture;

pub use extract::{Account, Anonymous, HasAccount, RateLimited};
pub use keys::Network;

use crate::{
    base::{clock::Clock, config::Error, context},
    cloud::redis::{Redis, RedisSettings},
    http::{
        health::Health,
        problem::{Code, Problem},
        rate_limit_fields::RateLimitFields,
    },
};
use gcra::{Charge, LimitStatus, LocalStore};
use shared_store::SharedStore;

crate::settings! {
    /// Rate limits for routes that unauthenticated clients may call.
    pub struct RateLimitSettings {
        /// Requests a minute from one client address to one route. A failed sign-in counts as three, a mail as ten.
        pub address_per_minute: NonZeroU32 = "RATE_LIMIT_ADDRESS_PER_MINUTE" or "120",
        /// Requests a minute for one account from one address, with the same weights.
        pub account_per_minute: NonZeroU32 = "RATE_LIMIT_ACCOUNT_PER_MINUTE" or "30",
        /// Requests a minute for one account from all addresses without an earlier sign-in, with the same weights.
        pub unknown_addresses_per_minute: NonZeroU32 = "RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE" or "60",
    }
    with {
        /// The Redis in which instances share their counts.
        pub redis: RedisSettings,
    }
}

/// The cost of a request that sends a mail.
pub const MAIL: u32 = 10;
/// The additional cost of a failed sign-in.
const FAILURE: u32 = 2;

/// Returns true if a session of the account with this email address was opened from this network.
pub type IsKnown =
    dyn Fn(String, Network) -> BoxFuture<'static, Result<bool, sqlx::Error>> + Send + Sync + 'static;

/// The rate limits of a function's routes. Cheap to clone.
#[derive(Clone)]
pub struct RateLimits(Arc<Inner>);

struct Inner {
    settings: RateLimitSettings,
    store: Store,
    is_known: Box<IsKnown>,
}

/// The backlogs of all keys: in Redis, if configured and available, otherwise in this process.
pub(super) struct Store {
    local: LocalStore,
    redis: Option<Redis>,
    shared: Option<SharedStore>,
    clock: Clock,
}

/// The charges of an admitted request.
pub struct RateLimitCharges {
    limits: RateLimits,
    route: String,
    network: Network,
    charges: Vec<Charge>,
    statuses: Vec<LimitStatus>,
    fields: RateLimitFields,
}

impl RateLimits {
    /// Creates limits from settings, without waiting for Redis.
    ///
    /// # Errors
    /// When `REDIS_URL` is not the URL of a Redis server.
    pub fn new(
        settings: &RateLimitSettings,
        clock: Clock,
        is_known: impl Fn(String, Network) -> BoxFuture<'static, Result<bool, sqlx::Error>>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            settings: settings.clone(),
            store: Store::new(&settings.redis, clock)?,
            is_known: Box::new(is_known),
        })))
    }

    /// Creates limits for routes that require a session. They never look up whether an address is known.
    ///
    /// # Errors
    /// When `REDIS_URL` is not the URL of a Redis server.
    pub fn of_users(settings: &RateLimitSettings, clock: Clock) -> Result<Self, Error> {
        Self::new(settings, clock, |_, _| Box::pin(std::future::ready(Ok(false))))
    }

    /// Creates limits for routes that name no account. Each instance counts on its own.
    #[must_use]
    pub fn of_addresses(per_minute: NonZeroU32, clock: Clock) -> Self {
        let settings = RateLimitSettings {
            address_per_minute: per_minute,
            account_per_minute: per_minute,
            unknown_addresses_per_minute: per_minute,
            redis: RedisSettings { url: None, ca_certificate: None, timeout_ms: 0 },
        };
        let store = Store { local: LocalStore::default(), redis: None, shared: None, clock };
        let is_known = Box::new(|_, _| -> BoxFuture<'static, _> { Box::pin(std::future::ready(Ok(false))) });
        Self(Arc::new(Inner { settings, store, is_known }))
    }

    /// Adds Redis, if configured, to the health checks as an optional dependency: limits also work without it.
    #[must_use]
    pub fn add_health_check(&self, health: Health) -> Health {
        self.0.store.add_health_check(health)
    }

    /// Admits a request by the client's address, or returns a 429 with the time to retry after.
    async fn admit(
        &self,
        route: String,
        cost: u32,
        fields: RateLimitFields,
    ) -> Result<RateLimitCharges, Problem> {
        let network = Network::of(context::current().and_then(|context| context.client_address));
        let parts = [route.as_str(), &network.to_string()];
        let charge = Charge::new("address", self.0.settings.address_per_minute, cost, &parts);
        let statuses = self.0.store.charge(&[charge], false).await;
        let mut charges = RateLimitCharges {
            limits: self.clone(),
            route,
            network,
            charges: vec![],
            statuses: vec![],
            fields,
        };
        charges.check(vec![charge], statuses)?;
        Ok(charges)
    }
}

impl Store {
    pub(super) fn new(settings: &RedisSettings, clock: Clock) -> Result<Self, Error> {
        let redis = Redis::new(settings)?;
        let shared = redis.clone().map(SharedStore::new);
        Ok(Self { local: LocalStore::default(), redis, shared, clock })
    }

    pub(super) fn add_health_check(&self, health: Health) -> Health {
        match &self.redis {
            Some(redis) => redis.add_health_check(health),
            None => health,
        }
    }

    /// Charges one key. Returns the time to wait if its limit does not admit the cost.
    pub(super) async fn wait(
        &self,
        limit: &'static str,
        per_minute: NonZeroU32,
        cost: u32,
        of: &str,
    ) -> Option<Duration> {
        let statuses = self.charge(&[Charge::new(limit, per_minute, cost, &[of])], false).await;
        statuses.iter().find_map(|limit_status| limit_status.wait).map(whole_seconds)
    }

    async fn charge(&self, charges: &[Charge], in_any_case: bool) -> Vec<LimitStatus> {
        let backlogs = match &self.shared {
            Some(store) => store.charge(charges, in_any_case).await,
            None => None,
        };
        let now = || self.clock.now();
        let backlogs =
            backlogs.unwrap_or_else(|| self.local.charge(charges, gcra::micros(now()), in_any_case));
        gcra::statuses(charges, &backlogs, in_any_case)
    }
}

impl RateLimitCharges {
    /// Admits the request by the account that it is about, or returns a 429 with the time to retry after. A refused
    /// request is not charged to the account's quotas.
    async fn admit_account(&mut self, account: Account<'_>, cost: u32) -> Result<(), Problem> {
        let Some(name) = account.name() else { return Ok(()) };
        let limits = self.limits.clone();
        let settings = &limits.0.settings;
        let network = self.network.to_string();
        let parts = [self.route.as_str(), name.as_str(), network.as_str()];
        let own = if matches!(account, Account::User(_)) { &parts[..2] } else { &parts[..] };
        let mut charges = vec![Charge::new("account", settings.account_per_minute, cost, own)];
        let by_email = matches!(account, Account::Email(_));
        if by_email {
            charges.push(Charge::new(
                "unknown-addresses",
                settings.unknown_addresses_per_minute,
                cost,
                &parts[..2],
            ));
        }
        let mut statuses = limits.0.store.charge(&charges, false).await;
        if by_email && refused_by_the_last_alone(&statuses) && (limits.0.is_known)(name, self.network).await?
        {
            charges.pop();
            statuses = limits.0.store.charge(&charges, false).await;
        }
        self.check(charges, statuses)
    }

    /// Adds the charges to the `RateLimit` headers of the response. Returns 429 if a limit is exceeded.
    fn check(&mut self, charges: Vec<Charge>, statuses: Vec<LimitStatus>) -> Result<(), Problem> {
        let wait = statuses.iter().filter_map(|limit_status| limit_status.wait).max();
        self.charges.extend(charges);
        self.statuses.extend(statuses);
        fields::describe(&self.fields, &self.statuses);
        match wait {
            Some(wait) => Err(Problem::new(Code::TooManyRequests).retry_after(whole_seconds(wait))),
            None => Ok(()),
        }
    }

    /// Charges a wrong guess with the cost of two more requests.
    pub async fn failed(&self) {
        let more: Vec<Charge> = self.charges.iter().map(|charge| charge.times(FAILURE)).collect();
        let statuses = self.limits.0.store.charge(&more, true).await;
        // The remaining quota is shown in requests rather than in failures.
        let statuses: Vec<LimitStatus> = self
            .charges
            .iter()
            .zip(&statuses)
            .map(|(charge, limit_status)| limit_status.of(charge))
            .collect();
        fields::describe(&self.fields, &statuses);
    }
}

fn refused_by_the_last_alone(statuses: &[LimitStatus]) -> bool {
    statuses.split_last().is_some_and(|(last, others)| {
        last.wait.is_some() && others.iter().all(|limit_status| limit_status.wait.is_none())
    })
}

/// Rounds up, so that a client that waits this long is not refused again.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}
