//! Pub/Sub push deliveries and Cloud Scheduler calls, which must have a valid token.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest;
use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::{
    base::{
        clock::Clock,
        context::{self, RequestContext, Trace},
    },
    cloud::{
        events::Event,
        names::Topic,
        oidc::OidcVerifier,
        outbox::{self, Outgoing},
    },
    http::{
        extract,
        problem::{Code, Problem, chain},
    },
};

/// The prefix of the attributes that Pub/Sub adds to dead letters
/// (<https://cloud.google.com/pubsub/docs/handling-failures>).
pub const ADDED_TO_DEAD_LETTERS: &str = "CloudPubSub";

/// The attribute of an object's event that contains its bucket.
pub const BUCKET: &str = "bucketId";
/// The attribute of an object's event that contains its name.
pub const OBJECT: &str = "objectId";
/// The attribute of an object's event that contains its generation.
pub const GENERATION: &str = "objectGeneration";

/// The maximum length of a stored cause, in characters.
const CAUSE: usize = 1000;
/// The maximum time to store the cause of a failure, since the cause may be the database itself.
const RECORD_TIMEOUT: Duration = Duration::from_secs(2);
/// The `Retry-After` of a refused delivery. Pub/Sub ignores it and has its own backoff.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// The age at which an event is no longer postponed.
const MAX_POSTPONEMENT: time::Duration = time::Duration::days(3);

/// A Pub/Sub message that was pushed to a function.
#[derive(Debug, Clone)]
pub struct Message {
    /// The id that Pub/Sub assigned to the message.
    pub id: String,
    /// The full name of the subscription.
    pub subscription: String,
    /// The attributes of the message.
    pub attributes: HashMap<String, String>,
    /// The data of the message, decoded from base64.
    pub data: Vec<u8>,
    /// The number of this delivery, if the subscription has a dead-letter policy.
    pub delivery_attempt: Option<i32>,
}

#[derive(Deserialize)]
struct Envelope {
    message: EnvelopeMessage,
    subscription: String,
    #[serde(rename = "deliveryAttempt")]
    delivery_attempt: Option<i32>,
}

#[derive(Deserialize)]
struct EnvelopeMessage {
    #[serde(rename = "messageId")]
    message_id: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
    #[serde(default)]
    data: String,
}

/// A push delivery from Pub/Sub.
#[derive(Debug, Clone)]
pub struct Push(pub Message);

impl<S> FromRequest<S> for Push
where
    S: Send + Sync,
    OidcVerifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        OidcVerifier::from_ref(state).verify(request.headers()).await?;
        let bytes = extract::body(request, state).await?;
        let malformed = |error: String| Problem::new(Code::Malformed).detail(error);
        let envelope: Envelope = serde_json::from_slice(&bytes)
            .map_err(|error| malformed(format!("The body is not a push envelope: {error}.")))?;
        let data = STANDARD
            .decode(&envelope.message.data)
            .map_err(|error| malformed(format!("The data is not base64: {error}.")))?;
        Ok(Self(Message {
            id: envelope.message.message_id,
            subscription: envelope.subscription,
            attributes: envelope.message.attributes,
            data,
            delivery_attempt: envelope.delivery_attempt,
        }))
    }
}

impl Message {
    /// Deserializes the event in the message.
    ///
    /// # Errors
    /// 400 if the data is not this event. Pub/Sub delivers the message again until it becomes a dead letter.
    pub fn event<E: Event>(&self) -> Result<E, Problem> {
        serde_json::from_slice(&self.data).map_err(|error| {
            Problem::new(Code::Malformed).detail(format!("The data is not an event of this topic: {error}."))
        })
    }

    /// Returns the id of the event in the message, which is the same for every delivery.
    #[must_use]
    pub fn event_id(&self) -> Option<crate::base::ids::EventId> {
        self.attributes.get(outbox::EVENT_ID)?.parse().ok()
    }

    /// Runs a handler within the trace of the message's publisher. If the handler fails, stores the cause, which is
    /// shown if the message becomes a dead letter.
    pub async fn handle(
        &self,
        db: &PgPool,
        clock: &Clock,
        handler: impl Future<Output = Result<Delivery, Problem>>,
    ) -> Delivery {
        let handled = async {
            let delivery = handler.await.unwrap_or_else(Delivery::Retry);
            if let Delivery::Retry(problem) = &delivery {
                self.record_failure(db, problem, clock.now()).await;
            }
            delivery
        };
        let trace = self.attributes.get(outbox::TRACEPARENT).and_then(|value| Trace::from_traceparent(value));
        match (context::current(), trace) {
            (Some(current), Some(trace)) => {
                let context = RequestContext { trace, ..RequestContext::clone(&current) };
                context::scope(Arc::new(context), handled).await
            }
            _ => handled.await,
        }
    }

    /// Returns the SHA-256 of the data and attributes. Unlike the id, it stays the same when the message becomes a dead
    /// letter.
    #[must_use]
    pub fn content_hash(&self) -> Vec<u8> {
        let attributes: BTreeMap<&String, &String> =
            self.attributes.iter().filter(|(name, _)| !name.starts_with(ADDED_TO_DEAD_LETTERS)).collect();
        let parts = attributes.into_iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        hash(parts.chain([self.data.as_slice()]))
    }

    /// Returns the SHA-256 of the object or the event that the message is about. Unlike [`Self::content_hash`], it is
    /// the same for all messages that request the same work, such as the messages that `maintenance` publishes again.
    #[must_use]
    pub fn subject_hash(&self) -> Vec<u8> {
        let object = [BUCKET, OBJECT, GENERATION].map(|name| self.attributes.get(name).map(String::as_bytes));
        match object {
            [Some(bucket), Some(object), Some(generation)] => hash([bucket, object, generation]),
            _ => hash([self.data.as_slice()]),
        }
    }

    /// Returns an event to the outbox after a temporary failure. `maintenance` publishes it again after a pause that is
    /// as long as the event has existed, between 30 seconds and an hour.
    ///
    /// # Errors
    /// The failure itself after three days, so that the message becomes a dead letter, or when the outbox cannot be
    /// written.
    pub async fn postpone(
        &self,
        db: &PgPool,
        topic: Topic,
        failure: Problem,
        now: OffsetDateTime,
    ) -> Result<Delivery, Problem> {
        let age = self.event_id().and_then(|id| outbox::age(id, now)).unwrap_or(MAX_POSTPONEMENT);
        let payload = serde_json::from_slice(&self.data).ok().filter(|_| age < MAX_POSTPONEMENT);
        let Some(payload) = payload else { return Err(failure) };
        let attributes = self.attributes.clone().into_iter().collect();
        let message = Outgoing::new(topic, attributes, payload);
        sqlx::query!(
            "insert into outbox (id, topic, attributes, payload, next_attempt_at, created_at)
             select (message ->> 'id')::uuid, message ->> 'topic', message -> 'attributes', message -> 'payload', $2, $3
             from jsonb_array_elements(jsonb_build_array($1::jsonb)) as message",
            message.row(),
            now + age.clamp(time::Duration::seconds(30), time::Duration::hours(1)),
            now,
        )
        .execute(db)
        .await?;
        tracing::warn!(cause = failure.cause(), "the attempt failed and will be repeated");
        Ok(Delivery::Done)
    }

    /// Stores the cause of a failed delivery. An error is logged and does not change the response.
    async fn record_failure(&self, db: &PgPool, problem: &Problem, now: OffsetDateTime) {
        let cause: String = problem.cause().replace('\0', "\u{FFFD}").chars().take(CAUSE).collect();
        let recorded = sqlx::query!(
            "insert into delivery_errors (subscription, message_hash, cause, failed_at) values ($1, $2, $3, $4)
             on conflict on constraint delivery_errors_pkey
             do update set cause = excluded.cause, failed_at = excluded.failed_at",
            subscription_id(&self.subscription),
            self.content_hash(),
            cause,
            now,
        )
        .execute(db);
        match tokio::time::timeout(RECORD_TIMEOUT, recorded).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(error = chain(&error), "the cause of a failure was not stored"),
            Err(_) => tracing::warn!("storing the cause of a failure timed out"),
        }
    }
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// Returns a subscription's id, which is the last part of its full name. Dead letters refer to it.
#[must_use]
pub fn subscription_id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// An authenticated call from Cloud Scheduler.
#[derive(Debug, Clone, Copy)]
pub struct Scheduled;

impl<S> FromRequestParts<S> for Scheduled
where
    S: Send + Sync,
    OidcVerifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        OidcVerifier::from_ref(state).verify(&parts.headers).await?;
        Ok(Self)
    }
}

/// The outcome of a delivery, which decides whether Pub/Sub delivers again.
#[derive(Debug)]
pub enum Delivery {
    /// The work is committed, or there is nothing left to do.
    Done,
    /// The message can never succeed and is acknowledged without effect. Contains the reason.
    Discard(&'static str),
    /// The message may succeed later. Pub/Sub delivers it again after a backoff.
    ///
    /// If a dependency is unavailable, the response is a 429. Only faults of the function are 5xx, which alerts count.
    Retry(Problem),
}

impl IntoResponse for Delivery {
    fn into_response(self) -> Response {
        match self {
            Self::Done => StatusCode::NO_CONTENT.into_response(),
            Self::Discard(why) => {
                tracing::warn!(why, "the delivery was discarded");
                StatusCode::NO_CONTENT.into_response()
            }
            Self::Retry(problem) if problem.code().status() == StatusCode::SERVICE_UNAVAILABLE => {
                tracing::warn!(cause = problem.cause(), "delivery not acknowledged; Pub/Sub redelivers it");
                Problem::new(Code::TooManyRequests).retry_after(RETRY_AFTER).into_response()
            }
            Self::Retry(problem) => problem.into_response(),
        }
    }
}

impl From<Problem> for Delivery {
    fn from(problem: Problem) -> Self {
        Self::Retry(problem)
    }
}
