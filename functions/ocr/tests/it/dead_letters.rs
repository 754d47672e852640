use std::{net::SocketAddr, time::Duration};

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
    /// Subscribes to the uploads at an address, without backoff and with dead letters after five deliveries, which
    /// `maintenance` records.
    pub(crate) async fn subscribe_until_dead(&self, address: SocketAddr) {
        let mut wanted = ocr::Ocr::subscriptions().into_iter();
        let known = wanted.find(|wanted| wanted.topic == Topic::Uploads).expect("the subscription");
        let oidc_token = Some(OidcToken {
            service_account_email: self.platform.identity().email().to_owned(),
            audience: "test".to_owned(),
        });
        let push_endpoint = format!("http://{address}{}", known.path);
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
        self.platform.pubsub.create_subscription(subscription).await.expect("a subscription");
        let router = self.platform.router_of::<maintenance::Maintenance>(&[]);
        self.platform.subscribe::<maintenance::Maintenance>(testing::serve(router).await).await;
    }

    /// Returns the address of an instance that fails every delivery.
    async fn broken(&self) -> SocketAddr {
        let variables = [
            ("DOCUMENTAI_PROCESSOR", "projects/alta-test/locations/eu/processors/ocr"),
            ("PUSH_JWKS_URL", "http://127.0.0.1:1/certs"),
        ];
        testing::serve(self.platform.router_of::<ocr::Ocr>(&variables)).await
    }

    async fn super_admin(&self) -> Client {
        let root = self.platform.super_admin("root@example.org").await;
        self.platform.client_of::<admin::Admin>(&[]).as_user(&root)
    }

    /// Returns the only dead letter, once its message differs from that of `earlier`.
    async fn letter(&self, root: &Client, earlier: Option<&Value>) -> Value {
        eventually("the dead letter", async || {
            let letters = root.get("/admin/dead-letters").await.body["items"].clone();
            assert!(letters[1].is_null(), "{letters}");
            letters.get(0).filter(|letter| Some(&letter["message_id"]) != earlier).cloned()
        })
        .await
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_upload_leaves_one_dead_letter_however_often_it_is_repeated_and_does_not_fail(db: PgPool) {
    let ocr = Ocr::start(db).await;
    ocr.subscribe_until_dead(ocr.broken().await).await;
    let root = ocr.super_admin().await;
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&object, PDF).await;
    let first = ocr.letter(&root, None).await;
    assert_eq!((&first["subscription"], &first["delivery_attempts"]), (&json!("ocr-uploads"), &json!(5)));
    assert_eq!(first["attributes"]["objectId"], object.to_string());

    ocr.platform.clock.advance(time::Duration::minutes(11));
    let maintenance = ocr.platform.push_client_of::<maintenance::Maintenance>(&[]);
    let found = maintenance.post("/tasks/find-uploads", Value::Null).await;
    assert_eq!(found.assert_status(200).body["arrived"], 1);
    let second = ocr.letter(&root, Some(&first["message_id"])).await;
    assert_eq!((&second["id"], &second["created_at"]), (&first["id"], &first["created_at"]));
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Draft);

    ocr.subscribe_until_dead(ocr.address).await;
    let replayed = root.post("/admin/dead-letters/replay?subscription=ocr-uploads", Value::Null).await;
    assert_eq!(replayed.assert_status(200).body, json!({"done": 1, "remaining": 0}));
    assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Approved);
    assert_eq!(root.get("/admin/dead-letters").await.body["items"], json!([]));
    ocr.wait_for_deliveries().await;
    ocr.platform.messages("dead-letters").await;
}
