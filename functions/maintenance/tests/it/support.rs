//! Test helpers: the function, its tasks and failing dependencies.

use serde_json::Value;
use shared::{
    base::ids::UserId,
    cloud::events::EmailRequested,
    testing::{self, BUCKET, Client, Platform, TestResponse},
};
use sqlx::PgPool;

/// An address on which no server listens.
const NOWHERE: &str = "http://127.0.0.1:1";

/// `maintenance` and a client with the service account that it expects.
pub(crate) struct Maintenance {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
}

impl Maintenance {
    pub(crate) async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let quotas = [("DOCUMENTAI_BATCH_OPERATIONS", "10"), ("SPEECH_BATCH_OPERATIONS", "10")];
        let client = platform.push_client_of::<maintenance::Maintenance>(&quotas);
        Self { platform, client }
    }

    /// Returns a client of the function while Pub/Sub is unreachable.
    pub(crate) fn without_pubsub(&self) -> Client {
        let variables = [("PUBSUB_ENDPOINT", NOWHERE), ("REQUEST_TIMEOUT", "1")];
        self.platform.push_client_of::<maintenance::Maintenance>(&variables)
    }

    /// Returns a client of the function while Cloud Storage is unreachable.
    pub(crate) fn without_storage(&self) -> Client {
        self.platform.push_client_of::<maintenance::Maintenance>(&[("STORAGE_ENDPOINT", NOWHERE)])
    }

    /// Commits events to the outbox without publishing them.
    pub(crate) async fn unpublished(&self, count: usize) -> Vec<EmailRequested> {
        let events: Vec<_> =
            (0..count).map(|_| EmailRequested::AccountExists { user_id: UserId::new() }).collect();
        let mut tx = self.platform.outbox(Some(NOWHERE)).begin().await.expect("a transaction");
        for event in &events {
            tx.record(event).await.expect("an event");
        }
        tx.commit().await.expect("a commit");
        events
    }

    pub(crate) async fn rows(&self) -> i64 {
        self.count("select count(*) from outbox").await
    }

    /// Returns the number that a query selects.
    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        self.platform.count(query).await
    }

    pub(crate) async fn sweep(&self) -> Value {
        self.task("/tasks/sweep-outbox").await.body
    }

    pub(crate) async fn restart(&self) -> Value {
        self.task("/tasks/restart-stuck").await.body
    }

    /// Takes the finalize events that were published since the last call: attributes and resources.
    pub(crate) async fn repeated(&self) -> Vec<(Value, Value)> {
        let messages = self.platform.messages("uploads").await;
        messages
            .into_iter()
            .map(|(about, data)| (about, serde_json::from_slice(&data).expect("JSON")))
            .collect()
    }

    /// Removes events of the uploads bucket, as if they were lost.
    pub(crate) async fn discard_events(&self, mut events: usize) {
        testing::eventually("the events of the bucket", async || {
            events = events.checked_sub(self.platform.messages("uploads").await.len())?;
            (events == 0).then_some(())
        })
        .await;
    }

    /// Returns whether an object is in the uploads bucket.
    pub(crate) fn stored(&self, object: &str) -> bool {
        self.platform.storage.open_object(BUCKET, object, None).is_some()
    }

    pub(crate) async fn task(&self, path: &str) -> TestResponse {
        let answer = self.client.post(path, Value::Null).await;
        answer.assert_status(200);
        answer
    }
}
