//! What these tests share.

use serde_json::Value;
use shared::{
    base::{
        config::{Env, Settings as _},
        ids::UserId,
    },
    cloud::{
        events::EmailRequested,
        outbox::{Outbox, PubSubSettings},
    },
    testing::{self, BUCKET, Client, Platform, TestResponse},
};
use sqlx::PgPool;

/// Where nothing listens.
const NOWHERE: &str = "http://127.0.0.1:1";

/// `maintenance`, called as the account that it expects.
pub(crate) struct Maintenance {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
}

impl Maintenance {
    pub(crate) async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let client = client(&platform, platform.env_of::<maintenance::Maintenance>()).await;
        Self { platform, client }
    }

    /// The function, while Pub/Sub cannot be reached.
    pub(crate) async fn without_pubsub(&self) -> Client {
        let env = self
            .platform
            .env_of::<maintenance::Maintenance>()
            .with("PUBSUB_ENDPOINT", NOWHERE)
            .with("REQUEST_TIMEOUT", "1");
        client(&self.platform, env).await
    }

    /// The function, while Cloud Storage cannot be reached.
    pub(crate) async fn without_storage(&self) -> Client {
        client(
            &self.platform,
            self.platform.env_of::<maintenance::Maintenance>().with("STORAGE_ENDPOINT", NOWHERE),
        )
        .await
    }

    /// Commits events that Pub/Sub did not get.
    pub(crate) async fn unpublished(&self, count: usize) -> Vec<EmailRequested> {
        let env = self.platform.env().with("PUBSUB_ENDPOINT", NOWHERE);
        let settings = PubSubSettings::from_env(&env).expect("settings");
        let clock = self.platform.clock.clone();
        let outbox = Outbox::new(self.platform.db.clone(), clock, &settings).expect("an outbox");
        let events: Vec<_> =
            (0..count).map(|_| EmailRequested::AccountExists { user_id: UserId::new() }).collect();
        let mut tx = outbox.begin().await.expect("a transaction");
        for event in &events {
            tx.record(event).await.expect("an event");
        }
        tx.commit().await.expect("a commit");
        events
    }

    pub(crate) async fn rows(&self) -> i64 {
        let count = sqlx::query_scalar("select count(*) from outbox").fetch_one(&self.platform.db).await;
        count.expect("a count")
    }

    pub(crate) async fn sweep(&self) -> Value {
        self.task("/tasks/sweep-outbox").await.body
    }

    pub(crate) async fn restart(&self) -> Value {
        self.task("/tasks/restart-stuck").await.body
    }

    /// A number that a query finds.
    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.platform.db).await.expect("a count")
    }

    /// The finalize events that were sent since the last look: attributes and resources.
    pub(crate) async fn repeated(&self) -> Vec<(Value, Value)> {
        let messages = self.platform.messages("uploads").await;
        messages
            .into_iter()
            .map(|(about, data)| (about, serde_json::from_slice(&data).expect("JSON")))
            .collect()
    }

    /// Takes so many events of the uploads bucket away, as if they were lost.
    pub(crate) async fn lose(&self, mut events: usize) {
        testing::eventually("the events of the bucket", async || {
            events = events.checked_sub(self.platform.messages("uploads").await.len())?;
            (events == 0).then_some(())
        })
        .await;
    }

    /// Whether an object is in the uploads bucket.
    pub(crate) fn stored(&self, object: &str) -> bool {
        self.platform.storage.open_object(BUCKET, object, None).is_some()
    }

    pub(crate) async fn task(&self, path: &str) -> TestResponse {
        let answer = self.client.post(path, Value::Null).await;
        answer.assert_status(200);
        answer
    }
}

async fn client(platform: &Platform, env: Env) -> Client {
    let service = shared::function::service::<maintenance::Maintenance>(&env, platform.clock.clone())
        .expect("the function");
    platform.client(service.router()).with("authorization", &platform.push_authorization())
}
