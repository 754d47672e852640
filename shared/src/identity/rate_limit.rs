//! Limits on routes that anybody may call.
//!
//! A handler takes [`Limited`] around its body (or around the session, where a password can be guessed in
//! one), which spends from up to three quotas in one go, each the
//! route's own:
//! - `address`: the client's address (an IPv6 address counts as its /64, requests whose address is not
//!   known count as one);
//! - `account`: the account that the request is about, from this address;
//! - `strangers`: that account from all addresses. An address that a session of the account was opened
//!   from is no stranger: it passes when this quota is spent. So whoever floods an account from however
//!   many addresses slows newcomers down, and never locks its owner out of a place they have signed in
//!   from. The sessions are asked only when `strangers` alone would refuse: what the stricter two refuse
//!   costs no query, and there is nothing more to keep, to share or to lose.
//!
//! A quota is a GCRA (generic cell rate algorithm): so many units a minute, which may come at once. They
//! live in Redis where there is one, so that instances share them, and in the process otherwise or while
//! Redis does not answer.

mod extract;
mod fields;
mod gcra;
mod keys;
mod shared_store;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use futures::future::BoxFuture;

pub use extract::{Account, Anybody, Concerns, Limited};
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
use gcra::{Charge, LocalStore, Standing};
use shared_store::SharedStore;

crate::settings! {
    /// Limits on routes that anybody may call.
    pub struct RateLimitSettings {
        /// Requests from one client address to one route a minute; a failed sign-in counts as three, a mail as ten.
        pub address_per_minute: NonZeroU32 = "RATE_LIMIT_ADDRESS_PER_MINUTE" or "120",
        /// The same for one account from one address.
        pub account_per_minute: NonZeroU32 = "RATE_LIMIT_ACCOUNT_PER_MINUTE" or "30",
        /// The same for one account from all addresses that it was never signed in from.
        pub strangers_per_minute: NonZeroU32 = "RATE_LIMIT_STRANGERS_PER_MINUTE" or "60",
    }
    with {
        /// Where instances share what they count.
        pub redis: RedisSettings,
    }
}

/// What a request costs that sends a mail.
pub const MAIL: u32 = 10;
/// What a failed sign-in costs on top.
const FAILURE: u32 = 2;

/// Whether a session of the account of this e-mail address was opened from this network.
pub type IsKnown =
    dyn Fn(String, Network) -> BoxFuture<'static, Result<bool, sqlx::Error>> + Send + Sync + 'static;

/// The limits of a function's routes; cheap to clone.
#[derive(Clone)]
pub struct RateLimits(Arc<Inner>);

struct Inner {
    settings: RateLimitSettings,
    local: LocalStore,
    redis: Option<Redis>,
    shared: Option<SharedStore>,
    clock: Clock,
    is_known: Box<IsKnown>,
}

/// What was spent to let a request in.
pub struct Spent {
    limits: RateLimits,
    charges: Vec<Charge>,
    fields: RateLimitFields,
}

impl RateLimits {
    /// Limits as configured; Redis is not waited for.
    ///
    /// # Errors
    /// When `REDIS_URL` is no URL of a Redis.
    pub fn new(
        settings: &RateLimitSettings,
        clock: Clock,
        is_known: impl Fn(String, Network) -> BoxFuture<'static, Result<bool, sqlx::Error>>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self, Error> {
        let redis = Redis::new(&settings.redis)?;
        Ok(Self(Arc::new(Inner {
            settings: settings.clone(),
            local: LocalStore::default(),
            shared: redis.clone().map(SharedStore::new),
            redis,
            clock,
            is_known: Box::new(is_known),
        })))
    }

    /// Limits for routes that need a session: where no address is asked, none is known or strange.
    ///
    /// # Errors
    /// When `REDIS_URL` is no URL of a Redis.
    pub fn of_users(settings: &RateLimitSettings, clock: Clock) -> Result<Self, Error> {
        Self::new(settings, clock, |_, _| Box::pin(std::future::ready(Ok(false))))
    }

    /// Adds Redis to what the function depends on, if it is configured; without it the limits go on.
    #[must_use]
    pub fn depend(&self, health: Health) -> Health {
        match &self.0.redis {
            Some(redis) => redis.depend(health),
            None => health,
        }
    }

    /// Lets a request in, or says when to come again. A request that is refused spends nothing.
    async fn admit(
        &self,
        route: &str,
        account: Option<Account<'_>>,
        cost: u32,
        fields: RateLimitFields,
    ) -> Result<Spent, Problem> {
        let network = Network::of(context::current().and_then(|context| context.client_address));
        let settings = &self.0.settings;
        let mut charges =
            vec![Charge::new("address", settings.address_per_minute, cost, &[route, &network.to_string()])];
        let mut email = None;
        if let Some((account, name)) = account.and_then(|account| Some((account, account.name()?))) {
            let network = network.to_string();
            let parts = [route, name.as_str(), network.as_str()];
            let parts = if matches!(account, Account::User(_)) { &parts[..2] } else { &parts[..] };
            charges.push(Charge::new("account", settings.account_per_minute, cost, parts));
            if matches!(account, Account::Email(_)) {
                charges.push(Charge::new("strangers", settings.strangers_per_minute, cost, &parts[..2]));
                email = Some(name);
            }
        }
        let mut standings = self.spend(&charges, false).await;
        if let Some(email) = email
            && refused_by_the_last_alone(&standings)
            && (self.0.is_known)(email, network).await?
        {
            charges.pop();
            standings = self.spend(&charges, false).await;
        }
        fields::describe(&fields, &standings);
        match standings.iter().filter_map(|standing| standing.wait).max() {
            Some(wait) => Err(Problem::new(Code::TooManyRequests).retry_after(whole_seconds(wait))),
            None => Ok(Spent { limits: self.clone(), charges, fields }),
        }
    }

    async fn spend(&self, charges: &[Charge], in_any_case: bool) -> Vec<Standing> {
        let debts = match &self.0.shared {
            Some(store) => store.spend(charges, in_any_case).await,
            None => None,
        };
        let now = || self.0.clock.now();
        let debts = debts.unwrap_or_else(|| self.0.local.spend(charges, gcra::micros(now()), in_any_case));
        gcra::standings(charges, &debts, in_any_case)
    }
}

impl Spent {
    /// The request turned out to be a wrong guess: it costs as much as three.
    pub async fn failed(&self) {
        let more: Vec<Charge> = self.charges.iter().map(|charge| charge.times(FAILURE)).collect();
        let standings = self.limits.spend(&more, true).await;
        // What is left is told in requests, not in failures.
        let standings: Vec<Standing> =
            self.charges.iter().zip(&standings).map(|(charge, standing)| standing.of(charge)).collect();
        fields::describe(&self.fields, &standings);
    }
}

fn refused_by_the_last_alone(standings: &[Standing]) -> bool {
    standings.split_last().is_some_and(|(last, others)| {
        last.wait.is_some() && others.iter().all(|standing| standing.wait.is_none())
    })
}

/// Rounded up: a client that waits this long is not refused again.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}
