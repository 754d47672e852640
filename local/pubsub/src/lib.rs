//! The local cloud's Pub/Sub: topics, push subscriptions, and the API that Google's clients speak.
//!
//! It does what functions rely on in the real service, and what they must survive there:
//!
//! - Publishing answers once the message is on disk, and a message leaves the disk once a receiver
//!   acknowledged it. A restart or a kill at any moment delivers again what was outstanding.
//! - A push carries Google's envelope and an OIDC token. Only 102, 200, 201, 202 and 204 within the
//!   ack deadline acknowledge; all else is tried again by the retry policy, then dead-lettered.
//! - Filters decide by attributes, and an invalid one is refused.
//! - Deliveries of a subscription run side by side in a window that grows with success, and no
//!   subscription waits for another. Messages wait on disk; memory holds their ids.
//! - [`Faults`] bring about the duplicates and the disorder that the real service may produce.
//!
//! [`PubSub::router`] serves gRPC and REST on one port; [`oidc_router`] the issuer's public documents.
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

/// What it needs to run.
#[derive(Clone)]
pub struct Settings {
    /// Where topics, subscriptions and undelivered messages are kept; for one process at a time.
    pub data_dir: PathBuf,
    /// The service account whose tokens are accepted, and the issuer of the push tokens.
    pub identity: Identity,
    /// The project that every resource belongs to.
    pub project: String,
}

/// A running Pub/Sub; cheap to clone. It stops when the last clone and router are dropped.
#[derive(Clone)]
pub struct PubSub(Arc<Broker>);

impl PubSub {
    /// Reads what is in the data folder and goes on delivering. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// When the folder cannot be read or is in use, or there is no runtime.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        Broker::open(settings).map(Self)
    }

    /// The API for one port: gRPC `Publish` over cleartext HTTP/2, and REST.
    ///
    /// Every call needs a bearer token of the service account.
    pub fn router(&self) -> Router {
        api::router(self)
    }

    /// Makes a topic, unless it is there. Takes its id or its full name.
    ///
    /// # Errors
    /// When the name is invalid or the topic cannot be stored.
    pub async fn create_topic(&self, name: &str) -> Result<Topic, Error> {
        let broker = Arc::clone(&self.0);
        let topic = Topic { name: name.to_owned(), ..Topic::default() };
        blocking(move || broker.create_topic(topic, false)).await
    }

    /// Makes a subscription, or changes the one of that name to be like this. Answers it with
    /// names and defaults filled in. Messages that wait stay, also those a new filter would not want.
    ///
    /// # Errors
    /// When the real service would refuse it, its topic does not exist, or it cannot be stored.
    pub async fn create_subscription(&self, subscription: Subscription) -> Result<Subscription, Error> {
        let broker = Arc::clone(&self.0);
        blocking(move || broker.create_subscription(subscription, false)).await
    }

    /// Publishes one message; when this returns its id, the message is on disk.
    ///
    /// # Errors
    /// When the topic does not exist, the message is one the real service refuses, or it cannot be stored.
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

    /// Waits until no subscription with a push endpoint has a message left to deliver, or it was shut down.
    pub async fn quiescent(&self) {
        self.0.quiescent().await;
    }

    /// How many messages a subscription has not yet delivered.
    ///
    /// # Errors
    /// When there is no such subscription.
    pub fn outstanding(&self, subscription: &str) -> Result<usize, Error> {
        let id = names::id(&self.0.project, Kind::Subscription, subscription)?;
        Ok(self.0.subscriber(id)?.queue().len())
    }

    /// Makes a subscription deliver messages that come from now on more than once, or in random order.
    ///
    /// # Errors
    /// When there is no such subscription.
    pub fn set_faults(&self, subscription: &str, faults: Faults) -> Result<(), Error> {
        let id = names::id(&self.0.project, Kind::Subscription, subscription)?;
        self.0.subscriber(id)?.queue().set_faults(faults);
        Ok(())
    }

    /// Ends all deliveries, refuses further calls and releases the data folder. What was being
    /// delivered is delivered again after the next [`PubSub::open`].
    pub async fn shutdown(&self) {
        self.0.shutdown().await;
    }
}
