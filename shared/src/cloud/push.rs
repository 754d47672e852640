//! Pub/Sub push deliveries and Cloud Scheduler calls, let in only with a good token.

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
    cloud::{events::Event, oidc::OidcVerifier, outbox},
    http::{
        extract,
        problem::{Code, Problem, chain},
    },
};

/// What the attributes begin with that Pub/Sub adds to a message when it gives it up
/// (<https://cloud.google.com/pubsub/docs/handling-failures>).
pub const ADDED_TO_DEAD_LETTERS: &str = "CloudPubSub";

/// How much of a cause is kept, in characters.
const CAUSE: usize = 1000;
/// How long an answer waits for its cause to be kept: what failed may have been the database.
const RECORDING: Duration = Duration::from_secs(2);

/// A message that was pushed.
#[derive(Debug, Clone)]
pub struct Message {
    /// Pub/Sub's id of the message.
    pub id: String,
    /// The subscription's full name.
    pub subscription: String,
    /// The attributes.
    pub attributes: HashMap<String, String>,
    /// The data.
    pub data: Vec<u8>,
    /// Which delivery this is, where the subscription has a dead-letter policy.
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
            .map_err(|error| malformed(format!("Not a push envelope: {error}.")))?;
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
    /// The event that it carries.
    ///
    /// # Errors
    /// 400 when it carries something else: Pub/Sub delivers again and, in the end, dead-letters it.
    pub fn event<E: Event>(&self) -> Result<E, Problem> {
        serde_json::from_slice(&self.data).map_err(|error| {
            Problem::new(Code::Malformed).detail(format!("Not the event of this topic: {error}."))
        })
    }

    /// The id of the event that it carries; the same for every delivery.
    #[must_use]
    pub fn event_id(&self) -> Option<crate::base::ids::EventId> {
        self.attributes.get(outbox::EVENT_ID)?.parse().ok()
    }

    /// Handles it as part of the trace that it came from. Why it failed, if it did, is kept for the dead letter
    /// that it may become.
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
                tracing::Span::current().record("trace_id", trace.trace_id.as_str());
                let context = RequestContext { trace, ..RequestContext::clone(&current) };
                context::scope(Arc::new(context), handled).await
            }
            _ => handled.await,
        }
    }

    /// SHA-256 of what it holds, which stays the same when it becomes a dead letter; its id does not.
    #[must_use]
    pub fn content_hash(&self) -> Vec<u8> {
        let attributes: BTreeMap<&String, &String> =
            self.attributes.iter().filter(|(name, _)| !name.starts_with(ADDED_TO_DEAD_LETTERS)).collect();
        let parts = attributes.into_iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts.chain([self.data.as_slice()]) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.finish().as_ref().to_vec()
    }

    /// The answer stands, whether this works or not.
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
        match tokio::time::timeout(RECORDING, recorded).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(error = chain(&error), "the cause of a failure was not kept"),
            Err(_) => tracing::warn!("keeping the cause of a failure took too long"),
        }
    }
}

/// A subscription's id, by which its dead letters name it: the last part of its full name.
#[must_use]
pub fn subscription_id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A call by Cloud Scheduler.
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

/// How a delivery ended.
#[derive(Debug)]
pub enum Delivery {
    /// What it asked for is committed, or nothing remains to be done.
    Done,
    /// It can never be done; delivering again would change nothing. Says why.
    Discard(&'static str),
    /// It may be done later; Pub/Sub delivers again after its backoff.
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
            Self::Retry(problem) => problem.into_response(),
        }
    }
}

impl From<Problem> for Delivery {
    fn from(problem: Problem) -> Self {
        Self::Retry(problem)
    }
}
