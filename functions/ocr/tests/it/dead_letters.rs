use std::time::Duration;

use http::StatusCode;
use local_pubsub::{DeadLetterPolicy, OidcToken, PushConfig, RetryPolicy, Subscription};
use serde_json::{Value, json};
use shared::{
    cloud::names::{ACK_DEADLINE_SECONDS, Topic},
    function::Function as _,
    items::ItemStatus,
    testing::{self, Client, eventually},
};
use sqlx::PgPool;

use crate::support::{Ocr, PDF};

impl Ocr {
    /// Starts `ocr` with its push subscription, but with short backoff and dead letters after five deliveries.
    async fn subscribed_until_dead(db: PgPool) -> Self {
        let ocr = Self::start(db).await;
        let mut wanted = ocr::Ocr::subscriptions().into_iter();
        let known = wanted.find(|wanted| wanted.topic == Topic::Uploads).expect("the subscription");
        let oidc_token = Some(OidcToken {
            service_account_email: ocr.platform.identity().email().to_owned(),
            audience: "test".to_owned(),
        });
        let push_endpoint = format!("http://{}{}", ocr.address, known.path);
        let subscription = Subscription {
            name: known.name(ocr::Ocr::NAME),
            topic: known.topic.name().to_owned(),
            push_config: Some(PushConfig { push_endpoint, oidc_token, ..PushConfig::default() }),
            ack_deadline_seconds: ACK_DEADLINE_SECONDS,
            dead_letter_policy: Some(DeadLetterPolicy {
                dead_letter_topic: Topic::DeadLetters.name().to_owned(),
                max_delivery_attempts: 5,
            }),
            retry_policy: Some(RetryPolicy {
                minimum_backoff: Some(Duration::ZERO),
                maximum_backoff: Some(Duration::ZERO),
            }),
            ..Subscription::default()
        };
        ocr.platform.pubsub.create_subscription(subscription).await.expect("a subscription");
        let (env, clock) = (ocr.platform.env_of::<maintenance::Maintenance>(), ocr.platform.clock.clone());
        let maintenance =
            shared::function::service::<maintenance::Maintenance>(&env, clock).expect("maintenance");
        ocr.platform.subscribe::<maintenance::Maintenance>(testing::serve(maintenance.router()).await).await;
        ocr
    }

    async fn super_admin(&self) -> Client {
        let (env, clock) = (self.platform.env(), self.platform.clock.clone());
        let service = shared::function::service::<admin::Admin>(&env, clock).expect("admin");
        self.platform.client(service.router()).as_user(&self.platform.super_admin("root@example.org").await)
    }

    /// Returns the only dead letter.
    async fn letter(&self, root: &Client) -> Value {
        eventually("the dead letter", async || {
            let letters = root.get("/admin/dead-letters").await.body["items"].clone();
            letters.get(0).cloned()
        })
        .await
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_from_an_outage_is_processed_when_an_admin_replays_it(db: PgPool) {
    let ocr = Ocr::subscribed_until_dead(db).await;
    let root = ocr.super_admin().await;
    ocr.ai.fail_next(1000, StatusCode::SERVICE_UNAVAILABLE);
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&object, PDF).await;
    let letter = ocr.letter(&root).await;
    assert_eq!((&letter["subscription"], &letter["delivery_attempts"]), (&json!("ocr-uploads"), &json!(5)));
    assert_eq!(letter["attributes"]["objectId"], object.to_string());
    let cause = letter["cause"].as_str().expect("a cause");
    assert!(cause.contains("asked for by a test"), "{cause}");
    assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Failed);
    assert_eq!(ocr.platform.item(object.item_id, "failure_code").await.as_deref(), Some("gave_up"));

    ocr.ai.fail_next(0, StatusCode::OK);
    let path = format!("/admin/dead-letters/{}/replay", letter["id"].as_str().expect("an id"));
    root.post(&path, Value::Null).await.assert_status(202);
    eventually("the text", async || {
        (ocr.platform.status(object.item_id).await == ItemStatus::Approved).then_some(())
    })
    .await;
    let states = [
        ItemStatus::Draft,
        ItemStatus::Processing,
        ItemStatus::Failed,
        ItemStatus::Processing,
        ItemStatus::Approved,
    ];
    assert_eq!(ocr.platform.history(object.item_id).await, states);
    assert_eq!(root.get("/admin/dead-letters").await.body["items"], json!([]));
    ocr.settle().await;
    ocr.platform.messages("dead-letters").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_message_that_becomes_a_dead_letter_again_can_be_replayed_again(db: PgPool) {
    let ocr = Ocr::subscribed_until_dead(db).await;
    let root = ocr.super_admin().await;
    ocr.ai.fail_next(1000, StatusCode::SERVICE_UNAVAILABLE);
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&object, PDF).await;
    for round in 0..2 {
        let letter = ocr.letter(&root).await;
        assert_eq!(letter["attributes"].get("replayed").is_some(), round > 0);
        assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Failed);
        if round > 0 {
            ocr.ai.fail_next(0, StatusCode::OK);
        }
        let path = format!("/admin/dead-letters/{}/replay", letter["id"].as_str().expect("an id"));
        root.post(&path, Value::Null).await.assert_status(202);
    }
    eventually("the text", async || {
        (ocr.platform.status(object.item_id).await == ItemStatus::Approved).then_some(())
    })
    .await;
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 7);
    ocr.settle().await;
    ocr.platform.messages("dead-letters").await;
}
