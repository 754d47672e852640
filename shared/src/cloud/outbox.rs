//! The transactional outbox: a change and its event commit together.
//!
//! [`Outbox::begin`] opens a transaction that remembers its events; its `commit` publishes them before
//! the handler answers, since an instance gets no CPU afterwards. What was not published in time stays
//! in the table, where a scheduled task finds it: at least once, never lost.

use std::{
    collections::{BTreeMap, HashMap},
    ops::{Deref, DerefMut},
    time::Duration,
};

use google_cloud_pubsub::{
    client::{BasePublisher, Publisher},
    model::Message,
};
use serde_json::json;
use sqlx::{PgConnection, PgPool, Postgres};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{
    base::{clock::Clock, config::Error, context, ids::EventId},
    cloud::{events::Event, google::GoogleSettings, lazy::Lazy, names::Topic},
    http::problem::{Problem, chain},
};

crate::settings! {
    /// Publishing events.
    pub struct PubSubSettings {
        /// The Google Cloud project that the topics are in.
        pub project: String = "PUBSUB_PROJECT",
        /// Where Pub/Sub answers; unset for Google's own.
        pub endpoint: Option<String> = "PUBSUB_ENDPOINT",
    }
    with {
        /// Credentials.
        pub google: GoogleSettings,
    }
}

/// How long an answer waits for its events to be published.
const BUDGET: Duration = Duration::from_millis(300);

/// The attribute that carries an event's id.
pub const EVENT_ID: &str = "event_id";
/// The attribute that carries an event's version.
pub const EVENT_VERSION: &str = "event_version";
/// The attribute that carries the trace on (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";

/// A message for a topic.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The event's id, and the row's.
    pub id: EventId,
    /// The topic's id.
    pub topic: String,
    /// The message's attributes.
    pub attributes: BTreeMap<String, String>,
    /// The message's data.
    pub payload: serde_json::Value,
}

impl Outgoing {
    /// The message that tells of an event.
    ///
    /// # Errors
    /// When the event is no JSON.
    pub fn of<E: Event>(event: &E) -> Result<Self, Problem> {
        let (attributes, payload) = parts(event)?;
        Ok(Self::new(E::TOPIC, attributes, payload))
    }

    /// A message with attributes of the caller's own.
    #[must_use]
    pub fn new(topic: Topic, mut attributes: BTreeMap<String, String>, payload: serde_json::Value) -> Self {
        let id = EventId::new();
        // A message that is sent again keeps the id that its consumers know it by.
        attributes.entry(EVENT_ID.to_owned()).or_insert_with(|| id.to_string());
        if let Some(context) = context::current() {
            attributes.insert(TRACEPARENT.to_owned(), context.trace.traceparent());
        }
        Self { id, topic: topic.name().to_owned(), attributes, payload }
    }

    /// What the database's `outbox_add` takes, for a statement that writes the row itself.
    #[must_use]
    pub fn row(&self) -> serde_json::Value {
        json!({"id": self.id, "topic": self.topic, "attributes": self.attributes, "payload": self.payload})
    }
}

fn parts<E: Event>(event: &E) -> Result<(BTreeMap<String, String>, serde_json::Value), Problem> {
    let payload = serde_json::to_value(event).map_err(Problem::internal)?;
    Ok((BTreeMap::from([(EVENT_VERSION.to_owned(), E::VERSION.to_string())]), payload))
}

/// Writes events beside changes and publishes them.
#[derive(Clone)]
pub struct Outbox {
    db: PgPool,
    clock: Clock,
    publishers: Lazy<HashMap<&'static str, Publisher>>,
}

impl Outbox {
    /// Prepares the publishers, which are built when the first event is published.
    ///
    /// # Errors
    /// When the credentials are unusable.
    pub fn new(db: PgPool, clock: Clock, settings: &PubSubSettings) -> Result<Self, Error> {
        settings.google.check()?;
        let settings = settings.clone();
        let publishers = Lazy::new(move || build_publishers(settings.clone()));
        Ok(Self { db, clock, publishers })
    }

    /// Begins a transaction that can record events beside its changes.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        let transaction = self.db.begin().await?;
        Ok(Transaction { transaction, outbox: self.clone(), events: Vec::new() })
    }

    /// Publishes what was committed within a short budget; the sweep takes what is left.
    pub async fn publish_in_time(&self, events: Vec<Outgoing>) {
        if events.is_empty() {
            return;
        }
        match timeout(BUDGET, self.publish(events)).await {
            Ok(Ok(_)) => {}
            Ok(Err(problem)) => tracing::warn!(cause = problem.cause(), "events stay in the outbox"),
            Err(_) => tracing::warn!("publishing took too long; the sweep goes on with it"),
        }
    }

    /// Publishes messages and deletes the rows of those that arrived; the number of them.
    ///
    /// # Errors
    /// When there is no publisher, or the rows cannot be deleted; they are published again then.
    pub async fn publish(&self, events: Vec<Outgoing>) -> Result<usize, Problem> {
        let publishers = self.publishers.get().await?;
        let mut sent = Vec::new();
        let publishing = events.into_iter().filter_map(|event| {
            let publisher = publishers.get(event.topic.as_str())?;
            let message = Message::new()
                .set_data(event.payload.to_string().into_bytes())
                .set_attributes(event.attributes);
            Some((event.id, publisher.publish(message)))
        });
        for (id, receipt) in publishing.collect::<Vec<_>>() {
            match receipt.await {
                Ok(_) => sent.push(id.0),
                Err(error) => {
                    tracing::warn!(event_id = %id, error = chain(&error), "an event was not published")
                }
            }
        }
        if !sent.is_empty() {
            sqlx::query!("delete from outbox where id = any($1)", &sent).execute(&self.db).await?;
        }
        Ok(sent.len())
    }
}

async fn build_publishers(settings: PubSubSettings) -> Result<HashMap<&'static str, Publisher>, Error> {
    let mut builder = BasePublisher::builder().with_credentials(settings.google.credentials()?);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let base = builder.build().await.map_err(|error| Error::of("PUBSUB_ENDPOINT", error))?;
    let publisher = |topic: Topic| {
        let name = format!("projects/{}/topics/{}", settings.project, topic.name());
        (topic.name(), base.publisher(name).set_message_count_threshold(1).build())
    };
    Ok(Topic::ALL.map(publisher).into())
}

/// A transaction and the events that it records.
pub struct Transaction {
    transaction: sqlx::Transaction<'static, Postgres>,
    outbox: Outbox,
    events: Vec<Outgoing>,
}

impl Transaction {
    /// Records an event, which is published after the commit.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn record<E: Event>(&mut self, event: &E) -> Result<EventId, Problem> {
        let (attributes, payload) = parts(event)?;
        Ok(self.send(E::TOPIC, attributes, payload).await?)
    }

    /// Writes a message beside the change, with attributes of the caller's own.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn send(
        &mut self,
        topic: Topic,
        attributes: BTreeMap<String, String>,
        payload: serde_json::Value,
    ) -> Result<EventId, sqlx::Error> {
        let message = Outgoing::new(topic, attributes, payload);
        let id = message.id;
        let now = self.outbox.clock.now();
        sqlx::query!("select outbox_add($1, $2)", message.row(), now).execute(&mut *self.transaction).await?;
        self.events.push(message);
        Ok(id)
    }

    /// Publishes a message after the commit, whose row a statement of the transaction wrote itself.
    pub fn publish(&mut self, message: Outgoing) {
        self.events.push(message);
    }

    /// Commits, then publishes within a short budget; the sweep takes what is left.
    ///
    /// # Errors
    /// When the commit fails: then nothing happened.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await?;
        self.outbox.publish_in_time(self.events).await;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

/// Leases up to `limit` rows whose time has come: nobody else publishes them meanwhile.
///
/// # Errors
/// When the database cannot be reached.
pub async fn lease(db: &PgPool, now: OffsetDateTime, limit: i64) -> Result<Vec<Outgoing>, sqlx::Error> {
    // The pause doubles from 30 seconds up to an hour, spread by the row's own id so that a backlog
    // does not come back all at once.
    let rows = sqlx::query!(
        r#"
        update outbox
        set attempts = attempts + 1,
            next_attempt_at = $1 + least(interval '30 seconds' * power(2, attempts), interval '1 hour')
                                 * (1 + (hashtext(id::text) & 255) / 1024.0)
        where id in (
            select id from outbox where next_attempt_at <= $1 order by next_attempt_at limit $2 for update skip locked
        )
        returning id, topic, attributes, payload
        "#,
        now,
        limit,
    )
    .fetch_all(db)
    .await?;
    let outgoing = rows.into_iter().map(|row| Outgoing {
        id: EventId(row.id),
        topic: row.topic,
        attributes: serde_json::from_value(row.attributes).unwrap_or_default(),
        payload: row.payload,
    });
    Ok(outgoing.collect())
}
