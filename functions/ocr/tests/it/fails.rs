use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{Ocr, PDF, sample};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_of_no_accepted_type_never_reaches_the_engine(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let files = [
        ("image/png", [b"MZ\x90\0".as_slice(), PDF].concat()),
        ("application/pdf", [b"<script>alert(1)</script>".as_slice(), PDF].concat()),
        ("application/pdf", sample("not-a-pdf.pdf")),
        ("application/pdf", sample("speech.mp3")),
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
        assert_eq!(ocr.platform.item(item, "type_checked").await.as_deref(), Some("false"));
    }
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_type_that_the_file_shows_counts(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let jpeg = sample("photo.jpg");
    for (declared, bytes, shown) in [
        ("image/png", PDF, "application/pdf"),
        ("application/pdf", &jpeg, "image/jpeg"),
        ("application/pdf", PDF, "application/pdf"),
    ] {
        let item = ocr.read(declared, bytes).await.item_id;
        assert_eq!(ocr.platform.status(item).await, ItemStatus::Approved, "{shown}");
        assert_eq!(ocr.platform.item(item, "content_type").await.as_deref(), Some(shown));
        assert_eq!(ocr.platform.item(item, "type_checked").await.as_deref(), Some("true"));
        let (actions, version) = if declared == shown {
            (vec!["document.processed"], "3")
        } else {
            (vec!["document.updated", "document.processed"], "4")
        };
        let audited: Vec<String> =
            ocr.platform.audited(item.0).await.into_iter().map(|(action, _)| action).collect();
        assert_eq!(
            (audited, ocr.platform.item(item, "version").await.as_deref()),
            (actions.iter().map(|action| (*action).to_owned()).collect(), Some(version))
        );
    }
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_of_another_size_than_declared_never_reaches_the_engine(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let object = ocr.draft("application/pdf", b"%PDF-").await;
    ocr.platform.upload(&object, PDF).await;
    assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Failed);
    assert_eq!(ocr.failure(object.item_id).await, (Some("size_mismatch".to_owned()), 0));
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_encrypted_or_broken_file_fails_with_a_reason_after_one_call(db: PgPool) {
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
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_missing_object_fails_without_a_call(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.deliver(&object, 7).await.assert_status(204);
    assert_eq!(ocr.failure(object.item_id).await, (Some("file_missing".to_owned()), 0));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_fails_after_too_many_failures_while_the_engine_works_for_others(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    let counted = async || ocr.platform.item(object.item_id, "failure_count").await.expect("a number");
    let fail = async || {
        ocr.ai.fail_next(1, http::StatusCode::INTERNAL_SERVER_ERROR);
        ocr.deliver(&object, generation).await.assert_status(204);
        ocr.platform.clock.advance(time::Duration::hours(2));
    };
    for _ in 0..30 {
        fail().await;
    }
    assert_eq!(counted().await, "0", "nothing shows that the engine works");
    for failures in 1..=12 {
        let (other, generation) = ocr.uploaded().await;
        ocr.deliver(&other, generation).await.assert_status(204);
        assert_eq!(ocr.platform.status(other.item_id).await, ItemStatus::Approved);
        ocr.platform.clock.advance(time::Duration::seconds(1));
        fail().await;
        fail().await;
        assert_eq!(counted().await, failures.to_string());
        assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Processing);
    }
    ocr.platform.messages("uploads").await;
    ocr.restart().await;
    assert_eq!(ocr.failure(object.item_id).await.0.as_deref(), Some("attempts_exhausted"));
    ocr.deliver(&object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.history(object.item_id).await.len(), 3);
}

/// Returns a PDF with one page, whose sides have this length in points.
fn pdf_of(side: u32) -> Vec<u8> {
    format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {side} {side}]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    .into_bytes()
}

/// Returns the header of a PNG, whose sides have this length in pixels, with almost no data.
fn png_of(side: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(side.to_be_bytes());
    header.extend(side.to_be_bytes());
    header.extend([1, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\r".to_vec();
    png.extend(&header);
    png.extend(checksum(&header).to_be_bytes());
    png.extend(b"\0\0\0\x0aIDAT");
    png
}

/// Computes the CRC-32 of a PNG chunk (ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_page_with_too_many_pixels_fails_before_decoding(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.instant(None);
    for (content_type, bytes) in [("application/pdf", pdf_of(14_000)), ("image/png", png_of(20_000))] {
        let item = ocr.read(content_type, &bytes).await.item_id;
        assert_eq!(ocr.failure(item).await.0.as_deref(), Some("page_too_large"), "{content_type}");
    }
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_truncated_image_of_ten_thousand_pixels_is_unreadable(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.instant(None);
    let item = ocr.read("image/png", &png_of(10_000)).await.item_id;
    assert_eq!(ocr.failure(item).await.0.as_deref(), Some("unreadable"));
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_empty_file_never_reaches_the_engine(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.platform.upload(&object, b"".as_slice()).await;
    assert_eq!(ocr.ended(object.item_id).await, ItemStatus::Failed);
    assert_eq!(ocr.failure(object.item_id).await, (Some("size_mismatch".to_owned()), 0));
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn nul_characters_are_removed_from_a_text(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.instant(Some("Dear\0 Mrs. \0Albright"));
    let item = ocr.read("application/pdf", PDF).await.item_id;
    let text: String = sqlx::query_scalar("select text from item_parts where item_id = $1")
        .bind(item)
        .fetch_one(&ocr.platform.db)
        .await
        .expect("one page");
    assert_eq!(text, "Dear Mrs. Albright");
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_form_or_a_portfolio_fails_instead_of_showing_its_placeholder_as_text(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    let form = "Please wait... If this message is not eventually replaced with the proper contents of the document, your \
                PDF viewer may not be able to display this type of document. \
                http://www.adobe.com/go/reader_download http://www.adobe.com/go/acrreader";
    let portfolio =
        "For the best experience, open this PDF portfolio in Acrobat X or Adobe Reader X, or later.";
    let with_entry: [&[u8]; 2] =
        [b"%PDF-1.7 1 0 obj<</NeedsRendering true>>", b"%PDF-1.7 1 0 obj<</Collection<</View/T>>>>"];
    for (text, bytes, code, words) in [
        (form, PDF, "xfa_form", "print it to PDF"),
        (portfolio, PDF, "pdf_portfolio", "Extract the files"),
        ("text", with_entry[0], "xfa_form", "print it to PDF"),
        ("text", with_entry[1], "pdf_portfolio", "Extract the files"),
    ] {
        ocr.ai.instant(Some(text));
        let item = ocr.read("application/pdf", bytes).await.item_id;
        assert_eq!(ocr.failure(item).await.0.as_deref(), Some(code), "{text}");
        let message = ocr.platform.item(item, "failure_message").await.expect("a message");
        assert!(message.contains(words), "{message}");
        let parts: i64 =
            sqlx::query_scalar("select count(*) from item_search where item_id = $1 and part > 0")
                .bind(item)
                .fetch_one(&ocr.platform.db)
                .await
                .expect("a count");
        assert_eq!(parts, 0);
    }
    // In an image, the same text is not a placeholder.
    ocr.ai.instant(Some(form));
    let item = ocr.read("image/jpeg", &sample("photo.jpg")).await.item_id;
    assert_eq!(ocr.platform.status(item).await, ItemStatus::Approved);
    assert_eq!(ocr.ai.calls(), 3, "the first bytes of two files were enough");
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failure_says_what_a_file_of_no_accepted_type_is(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    for (bytes, words) in [
        (sample("photo.heic"), "a HEIC photo, which is not accepted. Save it as JPEG"),
        (sample("speech.mp3"), "a recording, which is not accepted. Upload it as a voice sample."),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml  word/document.xml".to_vec(), "export it as PDF"),
        (b"\0\x01\x02\x03".to_vec(), "one of these types: application/pdf, image/png"),
    ] {
        let item = ocr.read("image/jpeg", &bytes).await.item_id;
        let message = ocr.platform.item(item, "failure_message").await.expect("a message");
        assert!(message.contains(words), "{message}");
    }
    ocr.wait_for_deliveries().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn blank_pages_are_left_out_of_the_mean_confidence(db: PgPool) {
    let ocr = Ocr::subscribed(db).await;
    ocr.ai.instant(None);
    let scan = ocr.read("application/pdf", &sample("duplex.pdf")).await.item_id;
    let confidences: Vec<Option<f32>> =
        sqlx::query_scalar("select confidence from item_parts where item_id = $1 order by number")
            .bind(scan)
            .fetch_all(&ocr.platform.db)
            .await
            .expect("pages");
    let [Some(front), None] = confidences[..] else { panic!("{confidences:?}") };
    let mean = ocr.platform.item(scan, "confidence").await.expect("a confidence");
    assert_eq!(mean.parse(), Ok(front));
    let folded: Option<i64> = sqlx::query_scalar(
        "select confidence_millionths::bigint from item_facts where kind = 'document' and processed = 1",
    )
    .fetch_one(&ocr.platform.db)
    .await
    .expect("a fact");
    assert!(folded.is_some_and(|folded| folded > 500_000), "{folded:?}");
    ocr.wait_for_deliveries().await;
}
