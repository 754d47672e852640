use local_pubsub::Faults;
use shared::{base::ids::ItemId, items::ItemStatus};
use sqlx::PgPool;

use crate::support::{Ocr, PDF};

impl Ocr {
    /// Asserts one result, one call to the engine, and one sequence of transitions.
    async fn assert_processed_once(&self, item: ItemId) {
        assert_eq!(self.ai.calls(), 1);
        let states = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];
        assert_eq!(self.platform.history(item).await, states);
        assert_eq!(self.platform.audited(item.0).await.len(), 1);
        let pages: i64 = sqlx::query_scalar("select count(*) from item_parts where item_id = $1")
            .bind(item)
            .fetch_one(&self.platform.db)
            .await
            .expect("a count");
        assert_eq!(pages, 1);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn fifty_concurrent_deliveries_process_a_document_once(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    let answers = futures::future::join_all((0..50).map(|_| ocr.deliver(&object, generation))).await;
    for answer in answers {
        answer.assert_status(204);
    }
    ocr.assert_processed_once(object.item_id).await;
    ocr.deliver(&object, generation).await.assert_status(204);
    ocr.assert_processed_once(object.item_id).await;
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn shuffled_duplicate_deliveries_process_each_document_once(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.platform
        .pubsub
        .set_faults("ocr-uploads", Faults { duplicate: 50..=50, shuffle: true })
        .expect("a subscription");
    let one = ocr.draft("application/pdf", PDF).await;
    let two = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&one, PDF).await;
    ocr.platform.upload(&two, PDF).await;
    ocr.ended(one.item_id).await;
    ocr.ended(two.item_id).await;
    ocr.wait_for_deliveries().await;
    assert_eq!(ocr.ai.calls(), 2);
    for object in [one, two] {
        let states = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];
        assert_eq!(ocr.platform.history(object.item_id).await, states);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_late_event_of_an_earlier_upload_changes_nothing(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (first, generation) = ocr.uploaded().await;
    let item = first.item_id;
    ocr.platform.change("update items set upload_no = 2 where id = $1", item.0).await;
    let unchanged = async |states: &[ItemStatus], calls| {
        ocr.deliver(&first, generation).await.assert_status(204);
        assert_eq!((ocr.platform.history(item).await.as_slice(), ocr.ai.calls()), (states, calls));
    };
    unchanged(&[ItemStatus::Draft], 0).await;
    let mut second = first;
    second.upload_no = 2;
    let later = ocr.platform.upload(&second, PDF).await;
    ocr.deliver(&second, later).await.assert_status(204);
    let read = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];
    unchanged(&read, 1).await;
    // An event with another generation of the current upload changes nothing either.
    ocr.deliver(&second, later + 1).await.assert_status(204);
    unchanged(&read, 1).await;
    assert_eq!(ocr.platform.item(item, "generation").await, Some(later.to_string()));
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_event_about_an_unknown_object_is_discarded(db: PgPool) {
    use serde_json::json;
    use shared::testing::{BUCKET, envelope, finalized};
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    let attributes = finalized(BUCKET, &object.to_string(), generation);
    for (name, value) in [
        ("eventType", "OBJECT_DELETE"),
        ("bucketId", "another"),
        ("objectId", "documents/letter"),
        ("objectId", "documents/018f8f8f-0000-7000-8000-000000000001/018f8f8f-0000-7000-8000-000000000002/1"),
        ("objectGeneration", "many"),
    ] {
        let mut changed = attributes.clone();
        changed[name] = json!(value);
        ocr.client.post("/events/object-finalized", envelope("1", &changed, b"{}")).await.assert_status(204);
    }
    ocr.client.post("/events/object-finalized", json!({"message": 7})).await.assert_problem(400, "malformed");
    ocr.platform.change("update items set deleted_at = now() where id = $1", object.item_id.0).await;
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!((ocr.platform.history(object.item_id).await, ocr.ai.calls()), (vec![ItemStatus::Draft], 0));
    ocr.platform.messages("uploads").await;
}
