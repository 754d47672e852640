use std::collections::HashMap;

use serde_json::{Value, json};
use shared::{
    cloud::push::{Delivery, Message},
    http::problem::Problem,
    items::{ItemStatus, ObjectName},
    testing::{BUCKET, envelope},
};
use sqlx::PgPool;

use crate::support::Maintenance;

const PATH: &str = "/events/dead-letter";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_is_stored_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let source = "projects/alta-test/subscriptions/ocr-uploads";
    let attributes = json!({
        "CloudPubSubDeadLetterSourceSubscription": source, "CloudPubSubDeadLetterSourceDeliveryCount": "10",
        "objectId": "documents/a/b/1",
    });
    for _ in 0..2 {
        maintenance.client.post(PATH, envelope("41", &attributes, b"\xff\x00{}")).await.assert_status(204);
    }
    let rows: Vec<(String, String, Value, String, Option<i32>)> = sqlx::query_as(
        "select subscription, message_id, attributes, data, delivery_attempts from dead_letters",
    )
    .fetch_all(&maintenance.platform.db)
    .await
    .expect("rows");
    assert_eq!(
        rows,
        [("ocr-uploads".to_owned(), "41".to_owned(), attributes.clone(), "/wB7fQ==".to_owned(), Some(10))]
    );

    let mut other = attributes;
    other["CloudPubSubDeadLetterSourceSubscription"] =
        json!("projects/alta-test/subscriptions/email-email-requested");
    maintenance.client.post(PATH, envelope("41", &other, b"")).await.assert_status(204);
    assert_eq!(letters(&maintenance).await, 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_without_delivery_attributes_is_stored(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.client.post(PATH, envelope("42", &json!({}), b"text")).await.assert_status(204);
    let row: (String, Option<i32>) =
        sqlx::query_as("select subscription, delivery_attempts from dead_letters")
            .fetch_one(&maintenance.platform.db)
            .await
            .expect("one row");
    assert_eq!(row, ("test".to_owned(), None));
    maintenance
        .client
        .post(PATH, envelope("43", &json!({"a\u{0}": "b\u{0}"}), b"\0"))
        .await
        .assert_status(204);
    assert_eq!(letters(&maintenance).await, 2);
    maintenance.client.post(PATH, json!({})).await.assert_problem(400, "malformed");
    assert_eq!(letters(&maintenance).await, 2);
}

async fn letters(maintenance: &Maintenance) -> i64 {
    maintenance.count("select count(*) from dead_letters").await
}

impl Maintenance {
    /// Delivers the dead letter of an upload event that `ocr` could not process.
    async fn dead_letter(&self, message_id: &str, object: &ObjectName, generation: i64, data: &[u8]) {
        let attributes = json!({
            "CloudPubSubDeadLetterSourceSubscription": "ocr-uploads", "eventType": "OBJECT_FINALIZE",
            "bucketId": BUCKET, "objectId": object.to_string(), "objectGeneration": generation.to_string(),
        });
        self.client.post(PATH, envelope(message_id, &attributes, data)).await.assert_status(204);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn messages_about_the_same_upload_become_one_dead_letter_which_changes_nothing_else(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    let admin = platform.user("admin@example.org").await;
    let project = platform.project(&admin).await;
    let object = platform.draft(project, &admin, "application/pdf", 5).await;
    let waiting =
        "update items set status = 'processing', generation = 7, next_attempt_at = now() where id = $1";
    platform.change(waiting, object.item_id.0).await;
    // The message of Cloud Storage, and those that maintenance repeats.
    for (message_id, data) in
        [("1", &b"{\"kind\": \"storage#object\"}"[..]), ("2", b"{}"), ("2", b"{}"), ("3", b"{")]
    {
        maintenance.dead_letter(message_id, &object, 7, data).await;
    }
    maintenance.dead_letter("4", &object, 8, b"{}").await;
    let kept: Vec<(String, bool)> =
        sqlx::query_as("select message_id, replayable from dead_letters order by message_id")
            .fetch_all(&platform.db)
            .await
            .expect("rows");
    assert_eq!(kept, [("3".to_owned(), false), ("4".to_owned(), true)]);
    assert_eq!(platform.status(object.item_id).await, ItemStatus::Processing);
    assert_eq!(platform.item(object.item_id, "failure_count").await.as_deref(), Some("0"));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_gets_the_cause_of_the_same_message_and_subscription(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let message = |name: &str, attributes: &[(&str, &str)], data: &[u8]| Message {
        id: "1".to_owned(),
        subscription: name.to_owned(),
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        data: data.to_vec(),
        delivery_attempt: None,
    };
    let (db, clock) = (&maintenance.platform.db, &maintenance.platform.clock);
    for (message, cause) in [
        (message("projects/p/subscriptions/ocr-uploads", &[("a", "b")], b"1"), "an older one"),
        (message("projects/p/subscriptions/ocr-uploads", &[("a", "b")], b"1"), "a\0 fault"),
        (message("projects/p/subscriptions/ocr-uploads", &[("a", "b")], b"2"), "other data"),
        (message("projects/p/subscriptions/ocr-uploads", &[("ab", "")], b"1"), "other attributes"),
        (
            message("projects/p/subscriptions/email-email-requested", &[("a", "b")], b"1"),
            "another subscription",
        ),
    ] {
        let delivery = message.handle(db, clock, async { Err(Problem::unavailable(cause)) }).await;
        assert!(matches!(delivery, Delivery::Retry(_)));
        message.handle(db, clock, async { Ok(Delivery::Done) }).await;
    }
    assert_eq!(maintenance.count("select count(*) from delivery_errors").await, 4);
    for (id, data) in [("1", b"1"), ("2", b"9")] {
        let attributes = json!({
            "CloudPubSubDeadLetterSourceSubscription": "ocr-uploads", "a": "b",
            "CloudPubSubDeadLetterSourceDeliveryCount": "10",
        });
        maintenance.client.post(PATH, envelope(id, &attributes, data)).await.assert_status(204);
    }
    let causes: Vec<Option<String>> =
        sqlx::query_scalar("select cause from dead_letters order by message_id")
            .fetch_all(db)
            .await
            .expect("rows");
    assert_eq!(causes, [Some("a\u{FFFD} fault".to_owned()), None]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_cause_that_cannot_be_stored_does_not_replace_the_original_error(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let long = "x".repeat(5000);
    let message = Message {
        id: "1".to_owned(),
        subscription: "s".to_owned(),
        attributes: HashMap::new(),
        data: Vec::new(),
        delivery_attempt: None,
    };
    let (db, clock) = (&maintenance.platform.db, &maintenance.platform.clock);
    message.handle(db, clock, async { Err(Problem::unavailable(long)) }).await;
    let kept = maintenance.count("select char_length(cause)::bigint from delivery_errors").await;
    assert_eq!(kept, 1000);
    sqlx::query("drop table delivery_errors").execute(db).await.expect("no table");
    let delivery = message.handle(db, clock, async { Err(Problem::unavailable("a fault")) }).await;
    let Delivery::Retry(problem) = delivery else { panic!("{delivery:?}") };
    assert_eq!(problem.cause(), "a fault");
}
