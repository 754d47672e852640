//! Push deliveries: the request, the meaning of its response, and the next step for the message.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant, SystemTime},
};

use http::{StatusCode, header};
use local_identity::Identity;

use crate::{
    broker::Broker,
    clock,
    message::{Message, MessageId},
    names,
    queue::backoff,
    resource::{DeadLetterPolicy, OidcToken, PushConfig, Subscription},
    subscriber::Subscriber,
};

/// The statuses that acknowledge a message (<https://cloud.google.com/pubsub/docs/push#receive_push>).
const ACKNOWLEDGING: [u16; 5] = [102, 200, 201, 202, 204];
/// The time that a token is reused: half of its lifetime of one hour.
const TOKEN_USE: Duration = Duration::from_secs(30 * 60);
/// The number of bytes read from a response to keep its connection open. The content is ignored.
const MAX_RESPONSE: usize = 64 * 1024;

/// Builds the HTTP client for push deliveries.
pub(crate) fn client() -> reqwest::Result<reqwest::Client> {
    // A redirect is no acknowledgment, and a proxy does not know receivers on this machine.
    reqwest::Client::builder()
        .user_agent("APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)")
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}

/// A subscription's OIDC token, while it can be reused.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<Option<CachedToken>>);

struct CachedToken {
    audience: String,
    email: String,
    created: SystemTime,
    token: String,
}

impl TokenCache {
    fn get(&self, identity: &Identity, push: &PushConfig, oidc: &OidcToken) -> String {
        let audience = if oidc.audience.is_empty() { &push.push_endpoint } else { &oidc.audience };
        let email = &oidc.service_account_email;
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = &*cached
            && cached.audience == *audience
            && cached.email == *email
            && cached.created.elapsed().is_ok_and(|age| age < TOKEN_USE)
        {
            return cached.token.clone();
        }
        let token = identity.id_token(audience, email);
        *cached = Some(CachedToken {
            audience: audience.clone(),
            email: email.clone(),
            created: clock::now(),
            token: token.clone(),
        });
        token
    }
}

/// The outcome of a delivery, as logged.
enum Outcome {
    Status(StatusCode),
    TimedOut,
    Broken,
}

impl Outcome {
    fn acknowledges(&self) -> bool {
        matches!(self, Self::Status(status) if ACKNOWLEDGING.contains(&status.as_u16()))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => status.as_u16().fmt(f),
            Self::TimedOut => f.write_str("deadline passed"),
            Self::Broken => f.write_str("no connection"),
        }
    }
}

/// Delivers a message once, then removes it, queues it again or moves it to the dead-letter topic.
///
/// If the task is dropped halfway, the message is still on disk and in the queue.
pub(crate) async fn deliver(subscriber: Arc<Subscriber>, broker: Weak<Broker>, id: MessageId, failures: u32) {
    let config = subscriber.config();
    let subscription = &config.subscription;
    let message = match subscriber.read(id).await {
        Ok(message) => message,
        Err(error) => return unreadable(&subscriber, &broker, id, &error).await,
    };
    let Some(push) = &subscription.push_config else {
        subscriber.queue().postpone(id);
        return;
    };
    let attempt = failures + 1;
    let started = Instant::now();
    let outcome = {
        let Some(broker) = broker.upgrade() else { return };
        let request = request(&broker, &subscriber, subscription, push, &message, id, attempt);
        drop(broker);
        send(request).await
    };
    tracing::info!(
        subscription = subscription.name,
        message_id = %id,
        attempt,
        status = %outcome,
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "push delivery"
    );
    if outcome.acknowledges() {
        let last = subscriber.queue().succeeded(id);
        if last {
            subscriber.discard(id).await;
        }
    } else {
        failed(&subscriber, &broker, subscription, id, message).await;
    }
    if let Some(broker) = broker.upgrade() {
        broker.notify_progress();
    }
}

fn request(
    broker: &Broker,
    subscriber: &Subscriber,
    subscription: &Subscription,
    push: &PushConfig,
    message: &Message,
    id: MessageId,
    attempt: u32,
) -> reqwest::RequestBuilder {
    let counted = subscription.dead_letter_policy.as_ref().map(|_| attempt);
    let request = broker
        .client
        .post(&push.push_endpoint)
        .timeout(Duration::from_secs(subscription.ack_deadline_seconds.into()))
        .header(header::ACCEPT, "application/json")
        .json(&message.envelope(id, &subscription.name, counted));
    match &push.oidc_token {
        Some(oidc) => request.bearer_auth(subscriber.token.get(&broker.identity, push, oidc)),
        None => request,
    }
}

async fn send(request: reqwest::RequestBuilder) -> Outcome {
    match request.send().await {
        Ok(mut response) => {
            let status = response.status();
            let mut read = 0;
            while let Ok(Some(chunk)) = response.chunk().await
                && read < MAX_RESPONSE
            {
                read += chunk.len();
            }
            Outcome::Status(status)
        }
        Err(error) if error.is_timeout() => Outcome::TimedOut,
        Err(_) => Outcome::Broken,
    }
}

async fn unreadable(subscriber: &Arc<Subscriber>, broker: &Weak<Broker>, id: MessageId, error: &io::Error) {
    // A message is missing when its removal was in progress while the folder was opened again.
    if error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::InvalidData {
        tracing::warn!(%error, message_id = %id, "a message is missing or corrupt");
        subscriber.queue().failed(id);
        subscriber.discard(id).await;
    } else {
        tracing::error!(%error, message_id = %id, "a message could not be read");
        subscriber.queue().failed(id);
        subscriber.queue().retry(id, Duration::from_secs(10), tokio::time::Instant::now());
    }
    if let Some(broker) = broker.upgrade() {
        broker.notify_progress();
    }
}

async fn failed(
    subscriber: &Arc<Subscriber>,
    broker: &Weak<Broker>,
    subscription: &Subscription,
    id: MessageId,
    message: Message,
) {
    let Some(failures) = subscriber.queue().failed(id) else { return };
    if let Err(error) = subscriber.count_failure(id).await {
        tracing::error!(%error, message_id = %id, "a failed delivery could not be counted");
    }
    let dead = subscription.dead_letter_policy.as_ref();
    if let Some(policy) = dead.filter(|policy| failures >= policy.max_delivery_attempts)
        && dead_letter(broker, subscription, policy, id, failures, message).await
    {
        subscriber.discard(id).await;
        return;
    }
    let after =
        subscription.retry_policy.as_ref().map_or(Duration::ZERO, |retry| backoff(retry.bounds(), failures));
    subscriber.queue().retry(id, after, tokio::time::Instant::now());
}

/// Publishes a message to the dead-letter topic and tells if that worked. Until it does, deliveries continue,
/// as in the real service.
async fn dead_letter(
    broker: &Weak<Broker>,
    subscription: &Subscription,
    policy: &DeadLetterPolicy,
    id: MessageId,
    failures: u32,
    mut message: Message,
) -> bool {
    let Some(broker) = broker.upgrade() else { return false };
    let name = subscription.name.rsplit('/').next().unwrap_or_default();
    let added = [
        ("DeliveryCount", failures.to_string()),
        ("Subscription", name.to_owned()),
        ("SubscriptionProject", broker.project.clone()),
        ("TopicPublishTime", id.publish_time()),
    ];
    for (suffix, value) in added {
        message.header.attributes.insert(format!("CloudPubSubDeadLetterSource{suffix}"), value);
    }
    let topic = names::id(&broker.project, names::Kind::Topic, &policy.dead_letter_topic).map(str::to_owned);
    let published = match topic {
        Ok(topic) => broker.publish(&topic, vec![message]).await,
        Err(error) => Err(error),
    };
    match published {
        Ok(_) => {
            tracing::warn!(
                subscription = subscription.name,
                message_id = %id,
                attempt = failures,
                topic = policy.dead_letter_topic,
                "moved to the dead-letter topic"
            );
            true
        }
        Err(error) => {
            tracing::error!(%error, topic = policy.dead_letter_topic, "publishing to the dead-letter topic failed");
            false
        }
    }
}
