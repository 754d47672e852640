use shared::{identity::guard::ProjectRole, items::ItemStatus};
use sqlx::{PgPool, Row as _};

use crate::support::{Ocr, PDF, TEXT, sample};

const PROCESSED: [ItemStatus; 3] = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_scanned_letter_becomes_text_with_pages_confidence_and_language(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.instant(None);
    let letter = ocr.read("application/pdf", &sample("letter.pdf")).await;
    let item = letter.item_id;
    assert_eq!(ocr.platform.history(item).await, PROCESSED);
    let pages = sqlx::query(
        "select text, confidence, language, layout from item_parts where item_id = $1 order by number",
    )
    .bind(item)
    .fetch_all(&ocr.platform.db)
    .await
    .expect("pages");
    assert!(pages.len() > 1, "{}", pages.len());
    let text: String = pages.iter().map(|page| page.get::<String, _>("text")).collect();
    let expected = String::from_utf8(sample("letter.txt")).expect("text");
    let errors = local_documentai::word_error_rate(&expected, &text);
    assert!(errors < 0.1, "{errors}: {text}");
    for page in &pages {
        let confidence: f32 = page.get("confidence");
        assert!((0.5..=1.0).contains(&confidence), "{confidence}");
        assert_eq!(page.get::<Option<String>, _>("language").as_deref(), Some("en"));
        let layout: serde_json::Value = page.get("layout");
        let blocks = layout.as_array().expect("blocks");
        assert!(!blocks.is_empty());
        for block in blocks {
            assert!(block["text"].is_string() && block["confidence"].is_number(), "{block}");
            let bounds: [f64; 4] = serde_json::from_value(block["box"].clone()).expect("a box");
            assert!(bounds.iter().all(|value| (0.0..=1.0).contains(value)) && bounds[2] > 0.0, "{block}");
        }
    }
    let page_count: Option<i32> = sqlx::query_scalar("select page_count from documents where item_id = $1")
        .bind(item)
        .fetch_one(&ocr.platform.db)
        .await
        .expect("a document");
    assert_eq!(usize::try_from(page_count.unwrap_or_default()), Ok(pages.len()));
    assert_eq!(ocr.platform.item(item, "language").await.as_deref(), Some("en"));
    for present in ["confidence", "submitted_at", "processed_at", "generation", "md5"] {
        assert!(ocr.platform.item(item, present).await.is_some(), "{present}");
    }
    for absent in ["lease_until", "next_attempt_at", "failure_code", "duplicate_of"] {
        assert_eq!(ocr.platform.item(item, absent).await, None, "{absent}");
    }
    let audited = ocr.platform.audited(item.0).await;
    assert_eq!(audited, [("document.processed".to_owned(), "success".to_owned())]);
    assert_eq!(ocr.ai.calls(), 1);
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_document_in_a_project_with_a_reviewer_awaits_review(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let reviewer = ocr.platform.user("reviewer@example.org").await;
    ocr.platform.member(ocr.project, &reviewer, ProjectRole::Reviewer).await;
    let object = ocr.read("application/pdf", PDF).await;
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::PendingReview);
    let text: String = sqlx::query_scalar("select text from item_parts where item_id = $1")
        .bind(object.item_id)
        .fetch_one(&ocr.platform.db)
        .await
        .expect("one page");
    assert_eq!(text, TEXT);
    // A deleted reviewer does not count.
    ocr.platform.change("update users set deleted_at = now() where id = $1", reviewer.id.0).await;
    let object = ocr.read("application/pdf", PDF).await;
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_same_bytes_are_a_duplicate_within_their_project_only(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let first = ocr.read("application/pdf", PDF).await;
    let second = ocr.read("application/pdf", PDF).await;
    let other = ocr.read("application/pdf", b"%PDF-1.7 another").await;
    let elsewhere = ocr.platform.project(&ocr.admin).await;
    let same = ocr.platform.draft(elsewhere, &ocr.admin, "application/pdf", PDF.len()).await;
    ocr.platform.upload(&same, PDF).await;
    ocr.ended(same.item_id).await;
    let duplicate_of =
        async |object: &shared::items::ObjectName| ocr.platform.item(object.item_id, "duplicate_of").await;
    assert_eq!(duplicate_of(&first).await, None);
    assert_eq!(duplicate_of(&second).await, Some(first.item_id.to_string()));
    assert_eq!(duplicate_of(&other).await, None);
    assert_eq!(duplicate_of(&same).await, None);
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_text_of_the_next_upload_replaces_the_result_of_a_failed_document(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let mut object = ocr.read("application/pdf", b"no PDF at all").await;
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Failed);
    ocr.platform
        .change("update items set upload_no = 2, generation = null, md5 = null, attempt = 0, size_bytes = 17 where id = $1", object.item_id.0)
        .await;
    object.upload_no = 2;
    ocr.platform.upload(&object, PDF).await;
    shared::testing::eventually("the second result", async || {
        (ocr.platform.status(object.item_id).await == ItemStatus::Approved).then_some(())
    })
    .await;
    let states = ocr.platform.history(object.item_id).await;
    assert_eq!(
        states[1..],
        [ItemStatus::Processing, ItemStatus::Failed, ItemStatus::Processing, ItemStatus::Approved]
    );
    assert_eq!(ocr.platform.item(object.item_id, "failure_code").await, None);
    ocr.wait_for_deliveries().await;
}
