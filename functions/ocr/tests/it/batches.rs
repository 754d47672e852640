//! Tests of documents that are too large for a synchronous call.

use serde_json::json;
use shared::{
    base::{config::Settings as _, ids::ItemId},
    cloud::storage::{Objects, StorageSettings},
    items::{ItemStatus, ObjectName},
    testing::{RESULTS_BUCKET, eventually},
};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Ocr, PDF};

const PROCESSED: [ItemStatus; 3] = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];

impl Ocr {
    /// Creates a document with this number of pages, which a batch operation is processing.
    async fn in_batch(&self, pages: usize) -> ObjectName {
        self.ai.set_instant_pages(pages);
        let (object, generation) = self.uploaded().await;
        self.deliver(&object, generation).await.assert_status(204);
        assert!(self.platform.item(object.item_id, "operation").await.is_some(), "an operation has begun");
        object
    }

    async fn page_numbers(&self, item: ItemId) -> Vec<i32> {
        let numbers = sqlx::query_scalar(
            "select number from item_parts join items on items.id = item_id and text_attempt = item_parts.attempt
             where item_id = $1 order by 1",
        );
        numbers.bind(item).fetch_all(&self.platform.db).await.expect("pages")
    }

    async fn assert_processed_in_shards(&self, item: ItemId, pages: i32) {
        assert_eq!(self.platform.history(item).await, PROCESSED);
        assert_eq!(self.page_numbers(item).await, (1..=pages).collect::<Vec<_>>());
        let audited = self.platform.audited(item.0).await;
        assert_eq!(audited, [("document.processed".to_owned(), "success".to_owned())]);
        for column in ["operation", "lease_until", "next_attempt_at", "progress_done"] {
            assert_eq!(self.platform.item(item, column).await, None, "{column}");
        }
    }

    /// Asserts that a document whose operation failed or has incomplete output gets its text from a second attempt.
    async fn assert_restarted(&self, item: ItemId) {
        self.platform.messages("uploads").await;
        self.platform.subscribe::<ocr::Ocr>(self.address).await;
        self.platform.clock.advance(Duration::minutes(2));
        assert_eq!(self.restart().await, json!(1));
        eventually("the operation to be abandoned", async || {
            self.platform.item(item, "operation").await.is_none().then_some(())
        })
        .await;
        self.platform.clock.advance(Duration::minutes(1));
        assert_eq!(self.restart().await, json!(1));
        self.ended(item).await;
        self.assert_processed_in_shards(item, 50).await;
        assert_eq!(self.platform.item(item, "text_attempt").await.as_deref(), Some("2"));
        self.wait_for_deliveries().await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_document_with_a_few_more_pages_than_a_call_may_have_is_read_by_several_calls(db: PgPool) {
    let ocr = Ocr::start(db).await;
    for (pages, calls) in [(15, 1), (16, 3), (45, 4)] {
        let before = ocr.ai.calls();
        ocr.ai.set_instant_pages(pages);
        let (object, generation) = ocr.uploaded().await;
        ocr.deliver(&object, generation).await.assert_status(204);
        ocr.assert_processed_in_shards(object.item_id, i32::try_from(pages).expect("a number")).await;
        assert_eq!(ocr.ai.calls() - before, calls, "{pages} pages");
    }
    ocr.in_batch(46).await;
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_shards_of_a_large_document_can_arrive_in_any_order_and_count_once(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(50).await;
    let item = object.item_id;
    let outputs = ocr.outputs("ocr", item, 3).await;
    assert_eq!(outputs.len(), 3);
    // Deliver the last shard first, and each one twice.
    for output in outputs.iter().rev() {
        assert_eq!(ocr.platform.status(item).await, ItemStatus::Processing);
        for _ in 0..2 {
            ocr.deliver_output(output).await.assert_status(204);
        }
    }
    ocr.assert_processed_in_shards(item, 50).await;
    assert_eq!(ocr.platform.item(item, "text_attempt").await.as_deref(), Some("1"));
    let pages: Option<i32> = sqlx::query_scalar("select page_count from documents where item_id = $1")
        .bind(item)
        .fetch_one(&ocr.platform.db)
        .await
        .expect("a document");
    assert_eq!(pages, Some(50));
    for output in &outputs {
        ocr.deliver_output(output).await.assert_status(204);
    }
    ocr.assert_processed_in_shards(item, 50).await;
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn shards_that_arrive_concurrently_complete_the_document_once(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(100).await;
    let outputs = ocr.outputs("ocr", object.item_id, 5).await;
    let twice = outputs.iter().chain(&outputs).map(|output| ocr.deliver_output(output));
    for answer in futures::future::join_all(twice).await {
        answer.assert_status(204);
    }
    ocr.assert_processed_in_shards(object.item_id, 100).await;
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn progress_counts_the_stored_pages(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(60).await;
    let outputs = ocr.outputs("ocr", object.item_id, 3).await;
    ocr.deliver_output(&outputs[1]).await.assert_status(204);
    let progress = async |column| ocr.platform.item(object.item_id, column).await;
    assert_eq!(progress("progress_done").await.as_deref(), Some("20"));
    assert_eq!(progress("progress_total").await.as_deref(), Some("60"));
    assert_eq!(progress("progress_unit").await.as_deref(), Some("pages"));
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn output_with_lost_events_is_stored_when_the_operation_is_due(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(50).await;
    ocr.outputs("ocr", object.item_id, 3).await;
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    assert_eq!(ocr.restart().await, json!(0));
    ocr.platform.clock.advance(Duration::minutes(2));
    assert_eq!(ocr.restart().await, json!(1));
    ocr.ended(object.item_id).await;
    ocr.assert_processed_in_shards(object.item_id, 50).await;
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_with_incomplete_output_is_restarted(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(50).await;
    let item = object.item_id;
    let outputs = ocr.outputs("ocr", item, 3).await;
    // One shard is delivered by its event. Another is deleted before it is read.
    ocr.deliver_output(&outputs[0]).await.assert_status(204);
    let storage = StorageSettings::from_env(&ocr.platform.env()).expect("settings");
    let objects = Objects::new(&storage).expect("objects");
    objects.delete(RESULTS_BUCKET, &outputs[1].0, outputs[1].1).await.expect("the deletion");
    ocr.assert_restarted(item).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_that_fails_without_output_is_restarted(db: PgPool) {
    let ocr = Ocr::start(db).await;
    ocr.ai.fail_next_operations(1);
    let object = ocr.in_batch(50).await;
    let item = object.item_id;
    eventually("the end of the operation", async || (ocr.ai.operations().running == 0).then_some(())).await;
    ocr.assert_restarted(item).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_document_that_exceeds_the_quota_waits_and_the_attempt_does_not_count(db: PgPool) {
    let ocr = Ocr::start_with_engine(db, |limits| limits.concurrent_batches = Some(1)).await;
    ocr.ai.set_delay(std::time::Duration::from_secs(3));
    let first = ocr.in_batch(50).await;
    ocr.ai.set_delay(std::time::Duration::ZERO);
    let (second, generation) = ocr.uploaded().await;
    ocr.deliver(&second, generation).await.assert_status(204);
    let waiting = async |column| ocr.platform.item(second.item_id, column).await;
    assert_eq!((waiting("operation").await, waiting("failure_count").await.as_deref()), (None, Some("0")));
    assert_eq!(waiting("needs_batch").await.as_deref(), Some("true"));
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    eventually("the end of the first", async || (ocr.ai.operations().running == 0).then_some(())).await;
    for _ in 0..4 {
        ocr.platform.clock.advance(Duration::minutes(2));
        ocr.restart().await;
        eventually("the operations' ends", async || (ocr.ai.operations().running == 0).then_some(())).await;
    }
    for object in [first, second] {
        eventually("the end", async || {
            (ocr.platform.status(object.item_id).await == ItemStatus::Approved).then_some(())
        })
        .await;
        ocr.assert_processed_in_shards(object.item_id, 50).await;
    }
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn output_of_an_abandoned_attempt_changes_nothing(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(50).await;
    let item = object.item_id;
    let outputs = ocr.outputs("ocr", item, 3).await;
    let exhausted =
        "update items set attempt = 2, operation = null, operation_started_at = null where id = $1";
    ocr.platform.change(exhausted, item.0).await;
    for output in &outputs {
        ocr.deliver_output(output).await.assert_status(204);
    }
    assert_eq!(ocr.platform.status(item).await, ItemStatus::Processing);
    ocr.platform.change("update items set attempt = 1, deleted_at = now() where id = $1", item.0).await;
    for output in &outputs {
        ocr.deliver_output(output).await.assert_status(204);
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from item_parts where item_id = $1")
        .bind(item)
        .fetch_one(&ocr.platform.db)
        .await
        .expect("a count");
    assert_eq!(stored, 0);
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_above_the_size_limit_goes_directly_to_a_batch_operation(db: PgPool) {
    let ocr = Ocr::start(db).await;
    ocr.ai.set_instant_pages(2);
    let mut bytes = PDF.to_vec();
    bytes.resize(20_000_001, b' ');
    let object = ocr.draft("application/pdf", &bytes).await;
    let generation = ocr.platform.upload(&object, bytes).await;
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.ai.operations().started, 1);
    for output in ocr.outputs("ocr", object.item_id, 1).await {
        ocr.deliver_output(&output).await.assert_status(204);
    }
    ocr.assert_processed_in_shards(object.item_id, 2).await;
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn output_that_cannot_be_imported_fails_the_item_with_its_reason_and_is_not_paid_again(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(50).await;
    let item = object.item_id;
    let outputs = ocr.outputs("ocr", item, 3).await;
    for (name, _) in &outputs {
        ocr.platform.write()(&format!("gs://{RESULTS_BUCKET}/{name}"), b"{".to_vec(), "application/json")
            .await
            .expect("an object");
    }
    for output in ocr.outputs("ocr", item, 3).await {
        ocr.deliver_output(&output).await.assert_status(204);
    }
    assert_eq!(ocr.platform.status(item).await, ItemStatus::Processing);
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    let mut polls = 0;
    while ocr.platform.status(item).await == ItemStatus::Processing {
        assert!(polls < 12, "the operation is polled forever");
        ocr.platform.clock.advance(Duration::minutes(80));
        assert_eq!(ocr.restart().await, json!(1));
        ocr.wait_for_deliveries().await;
        polls += 1;
    }
    assert_eq!((ocr.failure(item).await.0.as_deref(), polls), (Some("output_unusable"), 12));
    assert_eq!(ocr.ai.operations().started, 1);
    assert_eq!(ocr.platform.item(item, "operation").await, None);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_that_does_not_end_is_given_two_days_and_three_attempts(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.in_batch(50).await;
    let item = object.item_id;
    ocr.outputs("ocr", item, 3).await;
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    ocr.ai.set_delay(std::time::Duration::from_secs(3600));
    let column = async |name| ocr.platform.item(item, name).await;
    // The first operation has ended. The engine no longer knows it.
    ocr.platform.change("update items set operation = operation || '7' where id = $1", item.0).await;
    for failures in ["4", "8", "12"] {
        ocr.platform.clock.advance(Duration::hours(47));
        ocr.restart().await;
        ocr.wait_for_deliveries().await;
        if failures != "4" {
            assert!(column("operation").await.is_some(), "an engine may take a day");
            ocr.platform.clock.advance(Duration::hours(2));
            ocr.restart().await;
            ocr.wait_for_deliveries().await;
        }
        assert_eq!(
            (column("operation").await, column("failure_count").await.as_deref()),
            (None, Some(failures))
        );
        ocr.platform.clock.advance(Duration::minutes(1));
        ocr.restart().await;
        if failures != "12" {
            ocr.wait_for_deliveries().await;
        }
    }
    assert_eq!(ocr.failure(item).await.0.as_deref(), Some("attempts_exhausted"));
    assert_eq!(ocr.ai.operations().started, 3);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_age_of_an_operation_does_not_include_its_time_in_the_queue(db: PgPool) {
    let ocr = Ocr::start(db).await;
    ocr.ai.hold_operations(true);
    let item = ocr.in_batch(50).await.item_id;
    ocr.ai.set_delay(std::time::Duration::from_secs(3600));
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    let poll_after = async |time| {
        ocr.platform.clock.advance(time);
        assert_eq!(ocr.restart().await, json!(1));
        ocr.wait_for_deliveries().await;
        ocr.platform.item(item, "operation").await
    };
    for _ in 0..3 {
        assert!(poll_after(Duration::hours(40)).await.is_some(), "Google names no limit for the queue");
    }
    ocr.ai.hold_operations(false);
    // Leaves the stand-in time to start the operation, whose state is polled once.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(poll_after(Duration::hours(47)).await.is_some(), "the operation may run for a day");
    assert_eq!(poll_after(Duration::hours(2)).await, None);
    assert_eq!(ocr.platform.item(item, "failure_count").await.as_deref(), Some("4"));
    assert_eq!(ocr.ai.operations().started, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_that_is_never_started_is_lost_after_a_week(db: PgPool) {
    let ocr = Ocr::start(db).await;
    ocr.ai.hold_operations(true);
    let item = ocr.in_batch(50).await.item_id;
    ocr.platform.messages("uploads").await;
    ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
    for (time, is_kept) in [(Duration::hours(167), true), (Duration::hours(2), false)] {
        ocr.platform.clock.advance(time);
        assert_eq!(ocr.restart().await, json!(1));
        ocr.wait_for_deliveries().await;
        assert_eq!(ocr.platform.item(item, "operation").await.is_some(), is_kept);
    }
    assert_eq!(ocr.platform.item(item, "failure_count").await.as_deref(), Some("4"));
}
