use shared::{
    items::{ItemStatus, ObjectName},
    testing::eventually,
};
use sqlx::PgPool;
use time::Duration;

use crate::support::Ocr;

const SLOW: std::time::Duration = std::time::Duration::from_secs(2);

impl Ocr {
    async fn leased(&self, object: &ObjectName, attempt: &str) {
        eventually("the lease", async || {
            let held = self.platform.item(object.item_id, "lease_until").await.is_some();
            (held && self.platform.item(object.item_id, "attempt").await.as_deref() == Some(attempt))
                .then_some(())
        })
        .await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_second_delivery_does_not_process_a_leased_item(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.ai.set_delay(SLOW);
    let second = async {
        ocr.leased(&object, "1").await;
        ocr.deliver(&object, generation).await.assert_status(204);
        assert_eq!((ocr.platform.status(object.item_id).await, ocr.ai.calls()), (ItemStatus::Processing, 0));
    };
    let (first, ()) = tokio::join!(ocr.deliver(&object, generation), second);
    first.assert_status(204);
    assert_eq!((ocr.platform.status(object.item_id).await, ocr.ai.calls()), (ItemStatus::Approved, 1));
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_lease_of_a_dead_instance_expires(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.ai.set_delay(SLOW);
    {
        // The instance dies during the call to the engine.
        let first = ocr.deliver(&object, generation);
        let died = ocr.leased(&object, "1");
        tokio::select! { _ = first => panic!("it ended too early"), () = died => {} }
    }
    ocr.ai.set_delay(std::time::Duration::ZERO);
    ocr.platform.clock.advance(Duration::seconds(15));
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    ocr.platform.clock.advance(Duration::seconds(31));
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    assert_eq!(ocr.platform.item(object.item_id, "attempt").await.as_deref(), Some("2"));
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 3);
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn of_two_concurrent_attempts_the_first_to_finish_counts(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.ai.set_delay(SLOW);
    let second = async {
        ocr.leased(&object, "1").await;
        ocr.platform.clock.advance(Duration::minutes(1));
        ocr.deliver(&object, generation).await
    };
    let (first, second) = tokio::join!(ocr.deliver(&object, generation), second);
    first.assert_status(204);
    second.assert_status(204);
    assert_eq!(ocr.ai.calls(), 2);
    let states = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];
    assert_eq!(ocr.platform.history(object.item_id).await, states);
    assert_eq!(ocr.platform.audited(object.item_id.0).await.len(), 1);
    ocr.platform.messages("uploads").await;
}
