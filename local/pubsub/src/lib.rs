//! The local cloud's stand-in for Pub/Sub: topics, push subscriptions, and the API that Google's clients use.
//!
//! It reproduces the behavior of the real service that functions rely on or must cope with:
//!
//! - Publishing returns once the message is on disk. A message is removed once a receiver acknowledges it.
//!   After a restart or a kill, outstanding messages are delivered again.
//! - A push has Google's envelope and an OIDC token. Only 102, 200, 201, 202 and 204 within the ack deadline
//!   acknowledge. Other responses are retried by the retry policy, then dead-lettered.
//! - Filters select messages by attributes. Invalid filters are rejected.
//! - Each subscription delivers concurrently, within a window that grows with success, and independently of
//!   other subscriptions. Messages stay on disk, and memory only holds their ids.
//! - [`Faults`] cause the duplicates and the reordering that the real service allows.
//!
//! [`PubSub::router`] serves gRPC and REST on one port. [`oidc_router`] serves the issuer's public documents.
//!
//! ```text
//! data_dir/topics/{id}/config.json
//! data_dir/subscriptions/{id}/config.json
//! data_dir/subscriptions/{id}/messages/{message id}            one message
//! data_dir/subscriptions/{id}/messages/{message id}.failures   one byte per failed delivery
//! ```

mod admin;
mod api;
mod broker;
mod clock;
mod duration;
mod error;
mod filter;
mod mailbox;
mod message;
mod names;
mod oidc;
mod push;
mod queue;
mod resource;
mod subscriber;
mod token;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use axum::Router;
use local_identity::Identity;

use crate::{
    broker::{Broker, blocking},
    message::{Header, Message},
    names::Kind,
};
pub use crate::{
    error::Error,
    oidc::oidc_router,
    queue::Faults,
    resource::{DeadLetterPolicy, ExpirationPolicy, OidcToken, PushConfig, RetryPolicy, Subscription, Topic},
};

/// The configuration of an instance.
#[derive(Clone)]
pub struct Settings {
    /// The folder for topics, subscriptions and undelivered messages. Only one process at a time may use it.
    pub data_dir: PathBuf,
    /// The service account whose tokens are accepted, and the issuer of the push tokens.
    pub identity: Identity,
    /// The project that every resource belongs to.
    pub project: String,
}

/// A running instance. Cheap to clone. Stops when the last clone and router are dropped.
#[derive(Clone)]
pub struct PubSub(Arc<Broker>);

impl PubSub {
    /// Loads the data folder and resumes deliveries. Requires a Tokio runtime.
    ///
    /// # Errors
    /// When the folder cannot be read or is in use, or there is no runtime.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let broker = Broker::open(settings)?;
        for subscriber in broker.subscribers() {
            push::start(&broker, subscriber);
        }
        Ok(Self(broker))
    }

    /// Returns the API for one port: gRPC `Publish` over cleartext HTTP/2, and REST.
    ///
    /// Every call needs a bearer token of the service account.
    pub fn router(&self) -> Router {
        api::router(self)
    }

    /// Creates a topic by its id or full name, unless it exists.
    ///
    /// # Errors
    /// When the name is invalid or the topic cannot be stored.
    pub async fn create_topic(&self, name: &str) -> Result<Topic, Error> {
        let broker = Arc::clone(&self.0);
        let topic = Topic { name: name.to_owned(), ..Topic::default() };
        blocking(move || broker.create_topic(topic, false)).await
    }

    /// Creates a subscription, or updates the existing one of that name. Returns it with full names and
    /// defaults. Waiting messages remain, even if a new filter does not match them.
    ///
    /// # Errors
    /// When the real service would reject it, its topic does not exist, or it cannot be stored.
    pub async fn create_subscription(&self, subscription: Subscription) -> Result<Subscription, Error> {
        let broker = Arc::clone(&self.0);
        blocking(move || broker.create_subscription(subscription, false)).await
    }

    /// Publishes one message and returns its id. When this returns, the message is on disk.
    ///
    /// # Errors
    /// When the topic does not exist, the real service would reject the message, or it cannot be stored.
    pub async fn publish(
        &self,
        topic: &str,
        attributes: BTreeMap<String, String>,
        data: impl Into<Vec<u8>>,
    ) -> Result<String, Error> {
        let header = Header { attributes, ordering_key: String::new() };
        let mut ids = self.publish_all(topic, vec![Message { header, data: data.into() }]).await?;
        Ok(ids.pop().unwrap_or_default())
    }

    pub(crate) async fn publish_all(
        &self,
        topic: &str,
        messages: Vec<Message>,
    ) -> Result<Vec<String>, Error> {
        let topic = names::id(&self.0.project, Kind::Topic, topic)?;
        message::check(&messages)?;
        let ids = self.0.publish(topic, messages).await?;
        Ok(ids.iter().map(ToString::to_string).collect())
    }

    /// Waits until all subscriptions with a push endpoint have delivered their messages, or the instance is
    /// shut down.
    pub async fn quiescent(&self) {
        self.0.quiescent().await;
    }

    /// Returns the number of undelivered messages of a subscription.
    ///
    /// # Errors
    /// When the subscription does not exist.
    pub fn outstanding(&self, subscription: &str) -> Result<usize, Error> {
        let id = names::id(&self.0.project, Kind::Subscription, subscription)?;
        Ok(self.0.subscriber(id)?.queue().len())
    }

    /// Makes a subscription deliver future messages more than once, or in random order.
    ///
    /// # Errors
    /// When the subscription does not exist.
    pub fn set_faults(&self, subscription: &str, faults: Faults) -> Result<(), Error> {
        let id = names::id(&self.0.project, Kind::Subscription, subscription)?;
        self.0.subscriber(id)?.queue().set_faults(faults);
        Ok(())
    }

    /// Stops all deliveries, rejects further calls and releases the data folder. Interrupted deliveries are
    /// repeated after the next [`PubSub::open`].
    pub async fn shutdown(&self) {
        self.0.shutdown().await;
    }
}
