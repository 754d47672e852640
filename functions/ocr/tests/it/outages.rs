//! Tests of an engine that is down for hours.

use http::StatusCode;
use serde_json::Value;
use shared::items::ItemStatus;
use sqlx::PgPool;
use time::Duration;

use crate::support::{Ocr, PDF};

const UPLOADS: usize = 200;

impl Ocr {
    /// Advances the clock and runs the tasks of `maintenance`. Returns the number of messages that they published.
    async fn advance_and_run_tasks(&self, minutes: i64) -> usize {
        self.platform.clock.advance(Duration::minutes(minutes));
        // While all uploads are delivered, a task may wait a long time for a connection.
        let variables = [("DATABASE_ACQUIRE_TIMEOUT", "30")];
        let maintenance = self.platform.push_client_of::<maintenance::Maintenance>(&variables);
        for task in ["restart-stuck", "find-uploads", "sweep-outbox"] {
            maintenance.post(&format!("/tasks/{task}"), Value::Null).await.assert_status(200);
        }
        self.platform.messages("uploads").await.len()
    }

    async fn count(&self, status: ItemStatus) -> usize {
        let count: i64 = sqlx::query_scalar("select count(*) from items where status = $1")
            .bind(status)
            .fetch_one(&self.platform.db)
            .await
            .expect("a count");
        usize::try_from(count).expect("a count")
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_engine_that_is_down_for_six_hours_fails_no_upload(db: PgPool) {
    let ocr = Ocr::start(db).await;
    // The engine works at first, so that one failure of each item may count.
    let (first, generation) = ocr.uploaded().await;
    ocr.deliver(&first, generation).await.assert_status(204);
    ocr.platform.messages("uploads").await;
    ocr.subscribe_until_dead(ocr.address).await;
    ocr.ai.fail_next(u32::MAX, StatusCode::SERVICE_UNAVAILABLE);
    for _ in 0..UPLOADS {
        let object = ocr.draft("application/pdf", PDF).await;
        ocr.platform.upload(&object, PDF).await;
    }
    let mut messages = ocr.platform.messages("uploads").await.len();
    for number in 0..80 {
        messages += ocr.advance_and_run_tasks(if number < 10 { 1 } else { 5 }).await;
    }
    assert_eq!(ocr.count(ItemStatus::Processing).await, UPLOADS);
    assert!(messages <= UPLOADS * 20, "{messages} messages");

    ocr.ai.fail_next(0, StatusCode::OK);
    for _ in 0..20 {
        ocr.advance_and_run_tasks(5).await;
    }
    assert_eq!(ocr.count(ItemStatus::Approved).await, UPLOADS + 1);
    let counted = async |query| ocr.platform.count(query).await;
    assert_eq!(counted("select count(*) from item_transitions where to_status = 'failed'").await, 0);
    assert_eq!(counted("select count(*) from dead_letters").await, 0);
    assert_eq!(counted("select count(*) from items where failure_count > 1").await, 0);
    assert_eq!(ocr.ai.calls(), u64::try_from(UPLOADS).expect("a number") + 1, "each upload is read once");
    assert_eq!(ocr.platform.messages("dead-letters").await.len(), 0);
}
