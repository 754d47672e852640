//! The transactional outbox: a change and its events are committed together.
//!
//! [`Outbox::begin`] starts a transaction that records events. Its `commit` publishes them before the handler responds,
//! because an instance gets no CPU afterwards. Events that are not published in time stay in the table, and a scheduled
//! sweep publishes them. Each event is published at least once.

use std::{
    collections::{BTreeMap, HashMap},
    ops::{Deref, DerefMut},
    time::Duration,
};

use futures::future::join_all;
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
    /// The Pub/Sub topics that events are published to.
    pub struct PubSubSettings {
        /// The Google Cloud project of the Pub/Sub topics.
        pub project: String = "PUBSUB_PROJECT",
        /// The Pub/Sub endpoint. If unset, Google's endpoint is used.
        pub endpoint: Option<String> = "PUBSUB_ENDPOINT",
    }
    with {
        /// The Google Cloud credentials.
        pub google: GoogleSettings,
    }
}

/// The maximum time that a response waits for its events to be published.
pub const BUDGET: Duration = Duration::from_millis(300);
/// The maximum time that one event waits for Pub/Sub, so that a topic that hangs does not delay the events of other
/// topics.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(8);
/// The number of failed attempts, over a quarter of an hour, after which an alert reports an event.
const UNPUBLISHABLE: i32 = 5;

/// The message attribute that contains the event's id.
pub const EVENT_ID: &str = "event_id";
/// The message attribute that contains the event's version.
pub const EVENT_VERSION: &str = "event_version";
/// The message attribute that continues the trace (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";

/// A message to publish to a topic.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The id of the outbox row and, unless the attributes set another id, of the event.
    pub id: EventId,
    /// The id of the topic in Pub/Sub.
    pub topic: String,
    /// The message's attributes.
    pub attributes: BTreeMap<String, String>,
    /// The message's data.
    pub payload: serde_json::Value,
    /// The number of failed attempts of the sweep to publish the message.
    attempts: i32,
}

impl Outgoing {
    /// Creates the message for an event.
    ///
    /// # Errors
    /// 500 if the event cannot be serialized to JSON.
    pub fn of<E: Event>(event: &E) -> Result<Self, Problem> {
        let (attributes, payload) = parts(event)?;
        Ok(Self::new(E::TOPIC, attributes, payload))
    }

    /// Creates a message with the caller's attributes.
    #[must_use]
    pub fn new(topic: Topic, mut attributes: BTreeMap<String, String>, payload: serde_json::Value) -> Self {
        let id = EventId::new();
        // A replayed message keeps its event id, by which consumers recognize it.
        attributes.entry(EVENT_ID.to_owned()).or_insert_with(|| id.to_string());
        if let Some(context) = context::current() {
            attributes.insert(TRACEPARENT.to_owned(), context.trace.traceparent());
        }
        Self { id, topic: topic.name().to_owned(), attributes, payload, attempts: 0 }
    }

    /// Returns the argument of the SQL function `outbox_add`, for statements that insert the row themselves.
    #[must_use]
    pub fn row(&self) -> serde_json::Value {
        json!({"id": self.id, "topic": self.topic, "attributes": self.attributes, "payload": self.payload})
    }
}

fn parts<E: Event>(event: &E) -> Result<(BTreeMap<String, String>, serde_json::Value), Problem> {
    let payload = serde_json::to_value(event).map_err(Problem::internal)?;
    Ok((BTreeMap::from([(EVENT_VERSION.to_owned(), E::VERSION.to_string())]), payload))
}

/// Records events in the transaction of a change and publishes them after the commit.
#[derive(Clone)]
pub struct Outbox {
    db: PgPool,
    clock: Clock,
    publishers: Lazy<HashMap<&'static str, Publisher>>,
}

impl Outbox {
    /// Creates an outbox. Its publishers are built when the first event is published.
    ///
    /// # Errors
    /// If the credentials are invalid.
    pub fn new(db: PgPool, clock: Clock, settings: &PubSubSettings) -> Result<Self, Error> {
        settings.google.check()?;
        let settings = settings.clone();
        let publishers = Lazy::new(move || build_publishers(settings.clone()));
        Ok(Self { db, clock, publishers })
    }

    /// Begins a transaction that can record events.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        let transaction = self.db.begin().await?;
        Ok(Transaction { transaction, outbox: self.clone(), events: Vec::new() })
    }

    /// Publishes committed events within a short time limit for all of them. The sweep publishes the rest.
    pub async fn publish_in_time(&self, events: Vec<Outgoing>) {
        if events.is_empty() {
            return;
        }
        match timeout(BUDGET, self.publish(events)).await {
            Ok(Ok(_)) => {}
            Ok(Err(problem)) => tracing::warn!(cause = problem.cause(), "events remain in the outbox"),
            Err(_) => tracing::warn!("publishing timed out: the sweep will publish the remaining events"),
        }
    }

    /// Publishes messages, deletes the rows of the published messages, and returns their number. A message that cannot
    /// be published is logged, remains in the outbox, and does not affect the others.
    ///
    /// # Errors
    /// If the publishers cannot be built, or the rows cannot be deleted. The messages are then published again later.
    pub async fn publish(&self, events: Vec<Outgoing>) -> Result<usize, Problem> {
        let publishers = self.publishers.get().await?;
        let publishing = events.into_iter().map(|event| {
            let Outgoing { id, topic, attributes, payload, attempts } = event;
            let receipt = publishers.get(topic.as_str()).map(|publisher| {
                let data = payload.to_string().into_bytes();
                publisher.publish(Message::new().set_data(data).set_attributes(attributes))
            });
            async move {
                let error = match receipt {
                    None => "this release does not know the topic".to_owned(),
                    Some(receipt) => match timeout(RECEIPT_TIMEOUT, receipt).await {
                        Ok(Ok(_)) => return Some(id.0),
                        Ok(Err(error)) => chain(&error),
                        Err(_) => "Pub/Sub did not respond in time".to_owned(),
                    },
                };
                if attempts >= UNPUBLISHABLE {
                    // The alert on unpublishable events counts this line (terraform/monitoring.tf).
                    tracing::error!(event_id = %id, topic, attempts, error, "an event cannot be published");
                } else {
                    tracing::warn!(event_id = %id, topic, attempts, error, "an event was not published");
                }
                None
            }
        });
        let sent: Vec<_> = join_all(publishing).await.into_iter().flatten().collect();
        if !sent.is_empty() {
            // If the database server crashes now, the sweep publishes them again.
            sqlx::query!("delete from outbox using commit_without_waiting() where id = any($1)", &sent)
                .execute(&self.db)
                .await?;
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

/// A database transaction that records events.
pub struct Transaction {
    transaction: sqlx::Transaction<'static, Postgres>,
    outbox: Outbox,
    events: Vec<Outgoing>,
}

impl Transaction {
    /// Records an event, which is published after the commit.
    ///
    /// # Errors
    /// If the row cannot be inserted.
    pub async fn record<E: Event>(&mut self, event: &E) -> Result<EventId, Problem> {
        let (attributes, payload) = parts(event)?;
        Ok(self.send(E::TOPIC, attributes, payload).await?)
    }

    /// Records a message with the caller's attributes, which is published after the commit.
    ///
    /// # Errors
    /// If the row cannot be inserted.
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

    /// Records messages, which are published after the commit.
    ///
    /// # Errors
    /// If the rows cannot be inserted.
    pub async fn send_all(&mut self, messages: Vec<Outgoing>) -> Result<(), sqlx::Error> {
        let rows: serde_json::Value = messages.iter().map(Outgoing::row).collect();
        let now = self.outbox.clock.now();
        sqlx::query!("select outbox_add(message, $2) from jsonb_array_elements($1) as message", rows, now)
            .execute(&mut *self.transaction)
            .await?;
        self.events.extend(messages);
        Ok(())
    }

    /// Publishes a message after the commit. A statement of the transaction must have inserted its row.
    pub fn publish(&mut self, message: Outgoing) {
        self.events.push(message);
    }

    /// Commits, then publishes the events within a short time limit. The sweep publishes the rest.
    ///
    /// # Errors
    /// If the commit fails. Then nothing was changed or published.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        let outbox = self.outbox.clone();
        outbox.publish_in_time(self.commit_unpublished().await?).await;
        Ok(())
    }

    /// Commits and returns the events. A request with several transactions passes the events of all of them to one call
    /// of [`Outbox::publish_in_time`], because the time limit applies to the request.
    ///
    /// # Errors
    /// If the commit fails. Then nothing was changed.
    pub async fn commit_unpublished(self) -> Result<Vec<Outgoing>, sqlx::Error> {
        self.transaction.commit().await?;
        Ok(self.events)
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

/// Leases up to `limit` rows that are due, so that no other sweep publishes them at the same time.
///
/// # Errors
/// If the database cannot be reached.
pub async fn lease(db: &PgPool, now: OffsetDateTime, limit: i64) -> Result<Vec<Outgoing>, sqlx::Error> {
    // The delay doubles from 30 seconds up to an hour. Jitter from the row's id spreads the retries of a backlog. Both
    // numbers are bounded: a row whose arithmetic overflowed would stop this statement for all rows.
    let rows = sqlx::query!(
        r#"
        update outbox
        set attempts = least(attempts, 999) + 1,
            next_attempt_at = $1 + least(interval '30 seconds' * power(2, least(attempts, 7)), interval '1 hour')
                                 * (1 + (hashtext(id::text) & 255) / 1024.0)
        where id in (
            select id from outbox where next_attempt_at <= $1 order by next_attempt_at limit $2 for update skip locked
        )
        returning id, topic, attributes, payload, attempts
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
        attempts: row.attempts,
    });
    Ok(outgoing.collect())
}

/// Returns the age of an event: the first 48 bits of its id (UUIDv7) are the time. The clock of its writer may be ahead.
#[must_use]
pub fn age(id: EventId, now: OffsetDateTime) -> Option<time::Duration> {
    let (seconds, _) = id.0.get_timestamp()?.to_unix();
    let recorded_at = OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?;
    Some((now - recorded_at).max(time::Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};
    use uuid::{Timestamp, Uuid};

    use super::age;
    use crate::base::ids::EventId;

    #[test]
    fn the_age_of_an_event_is_the_age_of_its_id() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let created = u64::try_from(now.unix_timestamp()).expect("after 1970") - 700;
        let id = EventId(Uuid::new_v7(Timestamp::from_unix_time(created, 0, 0, 0)));
        assert_eq!(age(id, now), Some(Duration::seconds(700)));
        assert_eq!(age(id, now - Duration::seconds(701)), Some(Duration::ZERO));
    }
}
