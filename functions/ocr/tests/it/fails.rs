use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{Ocr, PDF, sample};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_of_another_type_than_declared_never_reaches_the_engine(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let files = [
        ("image/png", PDF.to_vec()),
        ("application/pdf", sample("page.png")),
        ("application/pdf", sample("not-a-pdf.pdf")),
        ("image/tiff", b"I".to_vec()),
    ];
    for (declared, bytes) in files {
        let item = ocr.read(declared, &bytes).await.item_id;
        assert_eq!(ocr.failure(item).await, (Some("content_type_mismatch".to_owned()), 0), "{declared}");
        assert_eq!(
            ocr.platform.history(item).await,
            [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Failed]
        );
        let audited = ocr.platform.audited(item.0).await;
        assert_eq!(audited, [("document.failed".to_owned(), "failure".to_owned())]);
        assert!(ocr.platform.item(item, "processed_at").await.is_some());
        assert_eq!(ocr.platform.item(item, "lease_until").await, None);
    }
    ocr.settle().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_of_another_size_than_declared_never_reaches_the_engine(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let object = ocr.draft("application/pdf", b"%PDF-").await;
    ocr.platform.upload(&object, PDF).await;
    assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Failed);
    assert_eq!(ocr.failure(object.item_id).await, (Some("size_mismatch".to_owned()), 0));
    ocr.settle().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_encrypted_or_a_broken_file_fails_with_its_reason_after_one_call(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.instant(None);
    for (calls, (file, reason)) in
        (1..).zip([("encrypted.pdf", "encrypted"), ("truncated.pdf", "unreadable")])
    {
        let item = ocr.read("application/pdf", &sample(file)).await.item_id;
        assert_eq!(ocr.failure(item).await, (Some(reason.to_owned()), calls), "{file}");
        assert_eq!(ocr.platform.item(item, "attempt").await.as_deref(), Some("1"));
        assert!(
            ocr.platform.item(item, "failure_message").await.is_some_and(|message| message.ends_with('.'))
        );
    }
    ocr.settle().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_object_that_is_gone_fails_without_a_call(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.deliver(&object, 7).await.assert_status(204);
    assert_eq!(ocr.failure(object.item_id).await, (Some("file_missing".to_owned()), 0));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn what_was_tried_too_often_is_given_up(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    ocr.ai.fail_next(100, http::StatusCode::INTERNAL_SERVER_ERROR);
    let mut deliveries = 0;
    while ocr.platform.status(object.item_id).await != ItemStatus::Failed {
        deliveries += 1;
        assert!(deliveries < 20, "it is never given up");
        ocr.deliver(&object, generation).await;
    }
    assert_eq!(deliveries, 13);
    assert_eq!(ocr.failure(object.item_id).await.0.as_deref(), Some("gave_up"));
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 3);
    ocr.platform.messages("uploads").await;
}
