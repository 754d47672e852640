use http::StatusCode;
use serde_json::json;
use shared::{base::clock::Clock, items::ItemStatus};
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
async fn maintenance_repeats_a_call_that_fails(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.fail_next(1, StatusCode::INTERNAL_SERVER_ERROR);
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&object, PDF).await;
    ocr.wait_for_deliveries().await;
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    ocr.platform.clock.advance(Duration::seconds(15));
    assert_eq!(ocr.restart().await, json!(1));
    assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Approved);
    assert_eq!(ocr.platform.item(object.item_id, "failure_count").await.as_deref(), Some("0"));
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 3);
    assert_eq!(ocr.ai.calls(), 1);
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failed_attempt_is_acknowledged_and_its_pause_is_as_long_as_the_item_has_waited(db: PgPool) {
    let ocr = Ocr::start(db).await;
    for status in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::FORBIDDEN,
        // A disabled processor is no fault of the document.
        StatusCode::PRECONDITION_FAILED,
    ] {
        let (object, generation) = ocr.uploaded().await;
        ocr.ai.fail_next(7, status);
        let mut waited = Duration::seconds(10);
        for _ in 0..7 {
            ocr.deliver(&object, generation).await.assert_status(204);
            assert_eq!(ocr.platform.item(object.item_id, "lease_until").await, None);
            let next = ocr.next_attempt(&object).await.expect("a pause");
            let longest = waited.min(Duration::hours(1)) * 1.25 + Duration::seconds(60);
            assert!(
                (waited.min(Duration::hours(1)) - Duration::seconds(60)..=longest).contains(&next),
                "{next}"
            );
            ocr.platform.clock.advance(waited * 3);
            waited = if waited < Duration::minutes(1) { waited * 3 } else { waited * 4 };
        }
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
        assert_eq!(ocr.platform.item(object.item_id, "failure_count").await.as_deref(), Some("0"));
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
async fn an_item_waits_if_the_engine_is_unreachable(db: PgPool) {
    let ocr = Ocr::start_with(db, &[("DOCUMENTAI_ENDPOINT", "http://127.0.0.1:1")]).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    assert_eq!(ocr.platform.item(object.item_id, "lease_until").await, None);
    assert!(ocr.next_attempt(&object).await.is_some());
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unknown_processor_version_fails_no_document(db: PgPool) {
    let version = [("DOCUMENTAI_PROCESSOR_VERSION", "pretrained-ocr-v9.0-2029-01-01")];
    let ocr = Ocr::start_with(db, &version).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    assert_eq!(ocr.platform.item(object.item_id, "failure_count").await.as_deref(), Some("0"));
    assert_eq!(ocr.ai.calls(), 0);
    ocr.platform.messages("uploads").await;
}

impl Ocr {
    /// Advances the clock to the start of the next minute, so that no minute ends during the test.
    fn start_minute(&self) {
        let seconds = self.platform.clock.now().unix_timestamp().rem_euclid(60);
        self.platform.clock.advance(Duration::seconds(60 - seconds));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn calls_above_the_configured_quota_wait_and_the_attempt_does_not_count(db: PgPool) {
    let ocr = Ocr::start_with(db, &[("DOCUMENTAI_CALLS_PER_MINUTE", "2")]).await;
    ocr.start_minute();
    let mut objects = Vec::new();
    for _ in 0..3 {
        objects.push(ocr.uploaded().await);
    }
    for (object, generation) in &objects {
        ocr.deliver(object, *generation).await.assert_status(204);
    }
    let (waiting, generation) = &objects[2];
    assert_eq!(ocr.ai.calls(), 2);
    assert_eq!(ocr.platform.status(waiting.item_id).await, ItemStatus::Processing);
    assert_eq!(ocr.platform.item(waiting.item_id, "failure_count").await.as_deref(), Some("0"));
    let next = ocr.next_attempt(waiting).await.expect("a time");
    assert!((Duration::seconds(30)..=Duration::seconds(60)).contains(&next), "{next}");
    ocr.start_minute();
    ocr.deliver(waiting, *generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(waiting.item_id).await, ItemStatus::Approved);

    // The second of two calls for ranges of pages does not fit, so neither is made.
    ocr.start_minute();
    ocr.ai.set_instant_pages(30);
    let (object, generation) = ocr.uploaded().await;
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.ai.calls(), 4);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_is_not_given_less_time_than_the_engine_may_take(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let env = |hours| {
        let env = ocr.platform.env().with("OPERATION_HOURS", hours);
        env.with("DOCUMENTAI_PROCESSOR", "projects/p/locations/eu/processors/1")
    };
    let service = |hours| shared::function::service::<ocr::Ocr>(&env(hours), Clock::default());
    assert!(service("24").err().expect("a fault").to_string().contains("OPERATION_HOURS"));
    assert!(service("25").is_ok());
}
