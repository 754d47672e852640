//! Published events, as a subscriber receives them.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Platform;
use crate::cloud::events::Event;

/// The received messages: topic and envelope of each.
#[derive(Clone, Default)]
pub(super) struct Received(Arc<Mutex<Vec<(String, Value)>>>);

impl Received {
    pub(super) fn router(&self) -> Router {
        Router::new().route("/{topic}", post(receive)).with_state(self.clone())
    }
}

async fn receive(
    State(received): State<Received>,
    axum::extract::Path(topic): axum::extract::Path<String>,
    body: axum::body::Bytes,
) -> StatusCode {
    let envelope = serde_json::from_slice(&body).unwrap_or_default();
    received.0.lock().expect("an unpoisoned lock").push((topic, envelope));
    StatusCode::NO_CONTENT
}

/// Returns the body of a push delivery (<https://cloud.google.com/pubsub/docs/push#receive_push>).
#[must_use]
pub fn envelope(message_id: &str, attributes: &Value, data: &[u8]) -> Value {
    json!({
        "message": {"messageId": message_id, "attributes": attributes, "data": STANDARD.encode(data)},
        "subscription": "projects/alta-test/subscriptions/test",
    })
}

impl Platform {
    /// Takes the published events of a type, in order of arrival. A later call returns only newer events.
    ///
    /// # Panics
    /// When an event cannot be parsed.
    pub async fn events<E: Event>(&self) -> Vec<E> {
        let messages = self.messages(E::TOPIC.name()).await;
        messages
            .iter()
            .map(|(_, data)| serde_json::from_slice(data).expect("an event of the topic"))
            .collect()
    }

    /// Takes the published messages of a topic: attributes and data. A later call returns only newer messages.
    ///
    /// # Panics
    /// When the data is not base64.
    pub async fn messages(&self, topic: &str) -> Vec<(Value, Vec<u8>)> {
        self.pubsub.quiescent().await;
        let mut received = self.events.0.lock().expect("an unpoisoned lock");
        let (of_topic, others) = received.drain(..).partition(|(of, _)| of == topic);
        *received = others;
        let messages: Vec<(String, Value)> = of_topic;
        let read = |envelope: Value| {
            let message = &envelope["message"];
            let data = STANDARD.decode(message["data"].as_str().unwrap_or_default()).expect("base64");
            (message["attributes"].clone(), data)
        };
        messages.into_iter().map(|(_, envelope)| read(envelope)).collect()
    }
}

impl Drop for Platform {
    /// Fails the test if it published an event that it never took.
    fn drop(&mut self) {
        if let Ok(received) = self.events.0.lock()
            && !std::thread::panicking()
        {
            let topics: Vec<&str> = received.iter().map(|(topic, _)| topic.as_str()).collect();
            assert!(topics.is_empty(), "the test did not take all published events: {topics:?}");
        }
    }
}
