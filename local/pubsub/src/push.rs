//! Push deliveries: the request, the meaning of its response, and the next step for the message.

use std::{
    io,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use http::{StatusCode, header};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    broker::Broker,
    clock,
    message::{Message, MessageId},
    names,
    queue::backoff,
    resource::{DeadLetterPolicy, PushConfig, Subscription},
    subscriber::Subscriber,
};

/// The statuses that acknowledge a message (<https://cloud.google.com/pubsub/docs/push#receive_push>).
const ACKNOWLEDGING: [u16; 5] = [102, 200, 201, 202, 204];
/// The number of bytes read from a response to keep its connection open. The content is ignored.
const MAX_RESPONSE: usize = 64 * 1024;

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

/// Starts the deliveries of a subscription.
pub(crate) fn start(broker: &Arc<Broker>, subscriber: Arc<Subscriber>) {
    broker.spawn(run(subscriber, Arc::downgrade(broker), broker.stopped.subscribe()));
}

/// Delivers messages until the subscription is removed or the broker stops.
async fn run(subscriber: Arc<Subscriber>, broker: Weak<Broker>, mut stopped: watch::Receiver<bool>) {
    let mut deliveries = JoinSet::new();
    while !subscriber.is_removed() {
        expire(&subscriber, &broker).await;
        if subscriber.config().subscription.push_config.is_some() {
            while let Some((id, failures)) = subscriber.next() {
                deliveries.spawn(deliver(Arc::clone(&subscriber), Weak::clone(&broker), id, failures));
            }
        }
        tokio::select! {
            _ = stopped.changed() => break,
            () = subscriber.changed() => {}
            Some(_) = deliveries.join_next() => {}
            () = tokio::time::sleep_until(subscriber.next_wakeup()) => {}
        }
    }
    deliveries.shutdown().await;
}

/// Drops the messages that exceeded their retention.
async fn expire(subscriber: &Arc<Subscriber>, broker: &Weak<Broker>) {
    let retention = subscriber.config().subscription.message_retention_duration.unwrap_or(Duration::MAX);
    let cutoff = clock::now().checked_sub(retention).map_or(MessageId(0), MessageId::at);
    let mut expired = false;
    while let Some(id) = subscriber.older_than(cutoff) {
        expired = true;
        tracing::warn!(
            subscription = subscriber.config().subscription.name,
            message_id = %id,
            "a message exceeded its retention and was dropped"
        );
        subscriber.discard(id).await;
    }
    if expired && let Some(broker) = broker.upgrade() {
        broker.notify_progress();
    }
}

/// Delivers a message once, then removes it, queues it again or moves it to the dead-letter topic.
///
/// If the task is dropped halfway, the message is still on disk and in the queue.
async fn deliver(subscriber: Arc<Subscriber>, broker: Weak<Broker>, id: MessageId, failures: u32) {
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

/// Publishes a message to the dead-letter topic. Returns true on success. Until then, deliveries continue, as in
/// the real service.
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
