//! Stores dead letters with the cause of their last failure, and fails the upload attempt or the project export that
//! the message was about.

use std::collections::HashMap;

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use shared::{
    cloud::{
        names::Topic,
        push::{Delivery, Message, Push, subscription_id},
    },
    http::problem::Problem,
    items::processing::{self, Finalized},
};

use crate::{AppState, exports, queries};

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
    let letter = queries::DeadLetter {
        subscription: attribute(SOURCE).unwrap_or(&message.subscription),
        message_id: &message.id,
        attributes: storable(&message.attributes),
        data: STANDARD.encode(&message.data),
        delivery_attempts: attribute(ATTEMPTS).and_then(|count| count.parse().ok()),
        content_hash: message.content_hash(),
    };
    queries::insert_dead_letter(&app.db, &letter, app.clock.now()).await?;
    tracing::error!(subscription = letter.subscription, message_id = letter.message_id, "dead letter stored");
    match Topic::of_subscription(subscription_id(letter.subscription)) {
        Some(Topic::Uploads) => give_upload_up(app, message).await?,
        Some(Topic::ExportRequested) => exports::give_up(app, message).await?,
        _ => {}
    }
    Ok(Delivery::Done)
}

async fn give_upload_up(app: &AppState, message: &Message) -> Result<(), Problem> {
    if let Some(event) = Finalized::read(message, &app.bucket)
        && processing::give_up(&app.db, &event, app.clock.now()).await?
    {
        tracing::warn!(item_id = %event.object.item_id, "item of a dead letter failed");
    }
    Ok(())
}

/// Replaces U+0000, which PostgreSQL rejects: a dead letter that cannot be stored would be delivered again and again.
fn storable(attributes: &HashMap<String, String>) -> serde_json::Value {
    let clean = |text: &String| text.replace('\0', "\u{FFFD}");
    attributes.iter().map(|(name, value)| (clean(name), serde_json::Value::from(clean(value)))).collect()
}
