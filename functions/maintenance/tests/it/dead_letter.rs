use serde_json::{Value, json};
use shared::testing::envelope;
use sqlx::PgPool;

use crate::support::Maintenance;

const PATH: &str = "/events/dead-letter";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_message_that_was_given_up_is_recorded_once(db: PgPool) {
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
        [(source.to_owned(), "41".to_owned(), attributes.clone(), "/wB7fQ==".to_owned(), Some(10))]
    );

    let mut other = attributes;
    other["CloudPubSubDeadLetterSourceSubscription"] =
        json!("projects/alta-test/subscriptions/email-email-requested");
    maintenance.client.post(PATH, envelope("41", &other, b"")).await.assert_status(204);
    assert_eq!(letters(&maintenance).await, 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_message_that_came_without_its_story_is_recorded_too(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.client.post(PATH, envelope("42", &json!({}), b"text")).await.assert_status(204);
    let row: (String, Option<i32>) =
        sqlx::query_as("select subscription, delivery_attempts from dead_letters")
            .fetch_one(&maintenance.platform.db)
            .await
            .expect("one row");
    assert_eq!(row, ("projects/alta-test/subscriptions/test".to_owned(), None));
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
    let count =
        sqlx::query_scalar("select count(*) from dead_letters").fetch_one(&maintenance.platform.db).await;
    count.expect("a count")
}
