//! Records dead letters with the cause of their last failure. A dead letter has no other effect: the tasks
//! `restart-stuck` and `find-uploads` retry the work.

use std::collections::HashMap;

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use shared::{
    cloud::{
        names::Topic,
        push::{Delivery, Message, Push, subscription_id},
    },
    http::problem::Problem,
};

use crate::{AppState, queries};

/// The attribute with the subscription that the message could not be delivered to
/// (<https://cloud.google.com/pubsub/docs/handling-failures>).
const SOURCE: &str = "CloudPubSubDeadLetterSourceSubscription";
const ATTEMPTS: &str = "CloudPubSubDeadLetterSourceDeliveryCount";

/// Handles a message of the topic `dead-letters`.
pub(crate) async fn dead_letter(State(app): State<AppState>, Push(message): Push) -> Delivery {
    message.handle(&app.db, &app.clock, record(&app, &message)).await
}

async fn record(app: &AppState, message: &Message) -> Result<Delivery, Problem> {
    let attribute = |name: &str| message.attributes.get(name).map(String::as_str);
    let subscription = subscription_id(attribute(SOURCE).unwrap_or(&message.subscription));
    let letter = queries::DeadLetter {
        subscription,
        message_id: &message.id,
        attributes: storable(&message.attributes),
        data: STANDARD.encode(&message.data),
        delivery_attempts: attribute(ATTEMPTS).and_then(|count| count.parse().ok()),
        is_replayable: Topic::of_subscription(subscription).is_some() && is_storable_json(&message.data),
        subject_hash: message.subject_hash(),
        content_hash: message.content_hash(),
    };
    if queries::upsert_dead_letter(&app.db, &letter, app.clock.now()).await? {
        // The alert on dead letters counts this line (terraform/monitoring.tf).
        tracing::error!(subscription, message_id = letter.message_id, "dead letter stored");
    } else {
        tracing::warn!(subscription, message_id = letter.message_id, "dead letter replaced");
    }
    Ok(Delivery::Done)
}

/// Replaces U+0000, which PostgreSQL rejects: a dead letter that cannot be stored would be delivered again and again.
fn storable(attributes: &HashMap<String, String>) -> serde_json::Value {
    let clean = |text: &String| text.replace('\0', "\u{FFFD}");
    attributes.iter().map(|(name, value)| (clean(name), serde_json::Value::from(clean(value)))).collect()
}

/// Returns true if the outbox can store the data: JSON without U+0000.
fn is_storable_json(data: &[u8]) -> bool {
    let text = std::str::from_utf8(data).unwrap_or_default();
    !text.contains("\\u0000") && serde_json::from_str::<serde_json::Value>(text).is_ok()
}
