use http::StatusCode;
use shared::items::ItemStatus;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::{Ocr, PDF};

impl Ocr {
    async fn next_attempt(&self, object: &shared::items::ObjectName) -> Option<Duration> {
        let at: Option<OffsetDateTime> =
            sqlx::query_scalar("select next_attempt_at from items where id = $1")
                .bind(object.item_id)
                .fetch_one(&self.platform.db)
                .await
                .expect("an item");
        at.map(|at| at - self.platform.clock.now())
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_call_that_fails_once_is_retried(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.fail_next(1, StatusCode::INTERNAL_SERVER_ERROR);
    let object = ocr.read("application/pdf", PDF).await;
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    assert_eq!(ocr.platform.item(object.item_id, "tries").await.as_deref(), Some("2"));
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 3);
    assert_eq!(ocr.ai.calls(), 1);
    ocr.settle().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn after_an_error_the_lease_is_released_and_maintenance_retries_only_much_later(db: PgPool) {
    let ocr = Ocr::start(db).await;
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE, StatusCode::FORBIDDEN]
    {
        let (object, generation) = ocr.uploaded().await;
        ocr.ai.fail_next(1, status);
        let answer = ocr.deliver(&object, generation).await;
        answer.assert_problem(503, "unavailable");
        assert!(answer.headers.contains_key("retry-after"));
        assert!(!answer.body.to_string().contains("asked for by a test"), "{}", answer.body);
        assert_eq!(ocr.platform.item(object.item_id, "lease_until").await, None);
        let next = ocr.next_attempt(&object).await.expect("a fallback");
        assert!((Duration::minutes(55)..=Duration::minutes(65)).contains(&next), "{next}");
        ocr.deliver(&object, generation).await.assert_status(204);
        assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
        assert_eq!(ocr.next_attempt(&object).await, None);
    }
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_exhausted_quota_defers_the_item_and_the_attempt_does_not_count(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.ai.fail_next(20, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..20 {
        ocr.deliver(&object, generation).await.assert_status(204);
        assert_eq!(ocr.platform.item(object.item_id, "tries").await.as_deref(), Some("0"));
        assert_eq!(ocr.platform.item(object.item_id, "lease_until").await, None);
        let next = ocr.next_attempt(&object).await.expect("a time");
        assert!((Duration::seconds(30)..=Duration::seconds(60)).contains(&next), "{next}");
    }
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 3);
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_is_retried_by_the_next_delivery_if_the_engine_is_unreachable(db: PgPool) {
    let ocr = Ocr::start_with(db, &[("DOCUMENTAI_ENDPOINT", "http://127.0.0.1:1")]).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.deliver(&object, generation).await.assert_problem(503, "unavailable");
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    assert_eq!(ocr.platform.item(object.item_id, "lease_until").await, None);
    assert_eq!(ocr.platform.item(object.item_id, "tries").await.as_deref(), Some("1"));
    ocr.platform.messages("uploads").await;
}
