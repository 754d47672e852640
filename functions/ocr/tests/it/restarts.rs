use http::StatusCode;
use serde_json::json;
use shared::{items::ItemStatus, testing::eventually};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Ocr, PDF};

const PROCESSED: [ItemStatus; 3] = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_that_waits_for_quota_is_processed_when_quota_is_available(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.fail_next(1, StatusCode::TOO_MANY_REQUESTS);
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&object, PDF).await;
    ocr.wait_for_deliveries().await;
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    assert_eq!(ocr.restart().await, json!(0));
    ocr.platform.clock.advance(Duration::seconds(61));
    assert_eq!(ocr.restart().await, json!(1));
    ocr.ended(object.item_id).await;
    assert_eq!(ocr.platform.history(object.item_id).await, PROCESSED);
    assert_eq!(ocr.ai.calls(), 1);
    ocr.wait_for_deliveries().await;
    assert_eq!(ocr.restart().await, json!(0));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn another_instance_processes_the_item_of_a_dead_one(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.ai.set_delay(std::time::Duration::from_secs(60));
    let leased = eventually("the lease", async || ocr.platform.item(object.item_id, "lease_until").await);
    tokio::select! { _ = ocr.deliver(&object, generation) => panic!("it ended too early"), _ = leased => {} }
    ocr.ai.set_delay(std::time::Duration::ZERO);
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    ocr.platform.clock.advance(Duration::seconds(46));
    assert_eq!(ocr.restart().await, json!(1));
    ocr.ended(object.item_id).await;
    assert_eq!(ocr.platform.history(object.item_id).await, PROCESSED);
    ocr.wait_for_deliveries().await;
}
