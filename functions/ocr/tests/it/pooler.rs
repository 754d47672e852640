use futures::future::join_all;
use shared::{items::ItemStatus, testing::Pooler};
use sqlx::PgPool;

use crate::support::Ocr;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn documents_are_read_behind_a_pooler_in_transaction_mode(db: PgPool) {
    let pooler = Pooler::start(&db, 2).await;
    let url = pooler.url();
    let ocr = Ocr::start_with(db, &[("DATABASE_URL", &url), ("DATABASE_STATEMENT_CACHE", "0")]).await;
    // More deliveries than server connections, so that statements of several clients meet on one connection.
    let read = async || {
        let (object, generation) = ocr.uploaded().await;
        ocr.deliver(&object, generation).await.assert_status(204);
        assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    };
    join_all((0..6).map(|_| read())).await;

    ocr.ai.set_instant_pages(50);
    let (object, generation) = ocr.uploaded().await;
    ocr.deliver(&object, generation).await.assert_status(204);
    let outputs = ocr.outputs("ocr", object.item_id, 3).await;
    for answer in join_all(outputs.iter().map(|output| ocr.deliver_output(output))).await {
        answer.assert_status(204);
    }
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    ocr.platform.messages("uploads").await;
}
