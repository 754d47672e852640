//! Limits, and the end of abandoned work.

use std::time::Duration;

use google_cloud_documentai_v1::model::{ProcessOptions, process_options::IndividualPageSelector};
use google_cloud_gax::error::rpc::Code;
use serde_json::{Value, json};

use crate::harness::{PROCESSOR, Service, blank_pdf, bytes_of, sent, stored, until};

fn invalid(reason: &str) -> (Code, String) {
    (Code::InvalidArgument, reason.to_owned())
}

#[tokio::test]
async fn fifteen_pages_are_read_and_sixteen_rejected() {
    let service = Service::start().await;
    let fifteen = service.process(sent(blank_pdf(15, 80), "application/pdf")).await.expect("a document");
    assert_eq!(fifteen.pages.len(), 15);
    let error = service.process(sent(blank_pdf(16, 80), "application/pdf")).await.expect_err("an error");
    assert_eq!((error.code, error.reason.as_str()), (Code::InvalidArgument, "PAGE_LIMIT_EXCEEDED"));
    assert_eq!(error.message, "Document pages exceed the limit: 15 got 16");
}

#[tokio::test]
async fn a_page_selector_chooses_up_to_fifteen_existing_pages_of_a_longer_document() {
    let service = Service::start().await;
    let request = |pages: std::ops::RangeInclusive<i32>| {
        let selector = IndividualPageSelector::new().set_pages(pages);
        sent(blank_pdf(31, 80), "application/pdf")
            .set_process_options(ProcessOptions::new().set_individual_page_selector(selector))
    };
    let read = service.process(request(16..=30)).await.expect("a document");
    let numbers: Vec<i32> = read.pages.iter().map(|page| page.page_number).collect();
    assert_eq!(numbers, (16..=30).collect::<Vec<_>>());
    assert_eq!(service.error(request(16..=31)).await, invalid("PAGE_LIMIT_EXCEEDED"));
    assert_eq!(service.error(request(31..=32)).await, invalid("INVALID_PAGE_RANGE"));
    assert_eq!(service.error(request(0..=1)).await, invalid("INVALID_PAGE_RANGE"));
}

#[tokio::test]
async fn options_that_exclude_each_other_or_belong_to_other_processors_are_rejected() {
    let service = Service::start().await;
    service.ai.instant(Some("at once"));
    let body = |options: Value| {
        json!({
            "gcsDocument": {"gcsUri": "gs://samples/page.png", "mimeType": "image/png"},
            "inputDocuments": {"gcsDocuments": {"documents": [{"gcsUri": "gs://samples/page.png"}]}},
            "documentOutputConfig": {"gcsOutputConfig": {"gcsUri": "gs://results"}},
            "processOptions": options,
        })
    };
    for options in [
        json!({"fromStart": 1, "fromEnd": 1}),
        json!({"individualPageSelector": {"pages": [1]}, "fromStart": 1}),
        json!({"individualPageSelector": {"pages": [-1]}}),
        json!({"layoutConfig": {"returnImages": true}}),
        json!({"schemaOverride": {"displayName": "letters"}}),
    ] {
        for method in ["process", "batchProcess"] {
            let response = service.post(method, &body(options.clone())).await;
            let response: Value = response.json().await.expect("JSON");
            assert_eq!(response["error"]["status"], "INVALID_ARGUMENT", "{method} {options}");
        }
    }
    assert_eq!(service.post("process", &body(json!({"fromStart": 1}))).await.status(), 200);
    assert_eq!((service.ai.calls(), service.ai.operations().started), (1, 0));
}

#[tokio::test]
async fn without_images_thirty_pages_are_read_and_more_rejected() {
    let service = Service::start().await;
    let request = |pages| sent(blank_pdf(pages, 80), "application/pdf").set_imageless_mode(true);
    assert_eq!(service.process(request(30)).await.expect("a document").pages.len(), 30);
    assert_eq!(service.error(request(31)).await, invalid("PAGE_LIMIT_EXCEEDED"));
}

#[tokio::test]
async fn images_of_a_tiff_count_as_pages() {
    let service = Service::with(|settings| settings.limits.pages = 1).await;
    assert_eq!(service.error(stored("fax.tiff", "image/tiff")).await, invalid("PAGE_LIMIT_EXCEEDED"));
}

#[tokio::test]
async fn a_file_over_the_size_limit_is_rejected_from_any_source() {
    let service = Service::with(|settings| settings.limits.bytes = 30_000).await;
    assert_eq!(service.error(stored("page.png", "image/png")).await, invalid("DOCUMENT_SIZE_EXCEEDED"));
    let request = sent(bytes_of("page.png"), "image/png");
    assert_eq!(service.error(request).await, invalid("DOCUMENT_SIZE_EXCEEDED"));
    let request = sent(vec![0; 3 << 20], "image/png");
    assert_eq!(service.error(request).await, invalid("PAYLOAD_SIZE_EXCEEDED"));
    assert_eq!(service.work_files(), 0);
}

#[tokio::test]
async fn a_page_with_too_many_pixels_is_rejected_before_rendering() {
    let service = Service::with(|settings| settings.limits.pixels = 1_000_000).await;
    let refused = invalid("PIXEL_LIMIT_EXCEEDED");
    assert_eq!(service.error(stored("page.png", "image/png")).await, refused);
    assert_eq!(service.error(stored("fax.tiff", "image/tiff")).await, refused);
    // The page has an ordinary size, but the picture on it is too large.
    assert_eq!(service.error(stored("letter.pdf", "application/pdf")).await, refused);
    let service = Service::start().await;
    assert_eq!(service.error(sent(blank_pdf(1, 200_000), "application/pdf")).await, refused);
}

#[tokio::test]
async fn a_large_sheet_is_rendered_at_a_lower_resolution() {
    let service = Service::with(|settings| settings.limits.pixels = 8_000_000).await;
    let document = service.process(sent(blank_pdf(1, 1000), "application/pdf")).await.expect("a document");
    let width = document.pages[0].dimension.as_ref().expect("a dimension").width;
    // At 300 dots per inch, the width would be 4167 pixels.
    assert!((1000.0..3000.0).contains(&width), "{width}");
}

#[tokio::test]
async fn requests_over_the_quota_are_rejected() {
    let service = Service::with(|settings| settings.limits.requests_per_minute = Some(1)).await;
    let body = json!({"gcsDocument": {"gcsUri": "gs://samples/absent", "mimeType": "image/png"}});
    assert_eq!(service.post("process", &body).await.status(), 404);
    let response = service.post("process", &body).await;
    assert_eq!(response.status(), 429);
    let response: serde_json::Value = response.json().await.expect("JSON");
    assert_eq!(response["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(response["error"]["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_step_over_the_time_limit_is_aborted_and_the_document_too_large() {
    let service = Service::with(|settings| settings.limits.step_time = Duration::from_millis(1)).await;
    for (name, kind) in [("letter.pdf", "application/pdf"), ("page.png", "image/png")] {
        assert_eq!(service.error(stored(name, kind)).await, invalid("PIXEL_LIMIT_EXCEEDED"), "{name}");
    }
    until("the end of the programs", || service.programs() == 0).await;
}

#[tokio::test]
async fn a_step_over_the_memory_limit_is_aborted_and_the_document_too_large() {
    // Tesseract needs more for its libraries and its model.
    let service = Service::with(|settings| settings.limits.step_memory = 96 << 20).await;
    let error = service.process(stored("page.png", "image/png")).await.expect_err("an error");
    assert_eq!((error.code, error.reason.as_str()), (Code::InvalidArgument, "PIXEL_LIMIT_EXCEEDED"));
    assert!(error.message.ends_with("is too large to be processed."), "{}", error.message);
    until("the end of the programs", || service.programs() == 0).await;
}

#[tokio::test]
async fn a_disconnected_client_leaves_no_programs_or_files() {
    let service = Service::with(|settings| settings.concurrency = 1).await;
    let body = json!({"rawDocument": {
        "content": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes_of("letter.pdf")),
        "mimeType": "application/pdf",
    }});
    {
        let call = service.post("process", &body);
        tokio::pin!(call);
        tokio::select! {
            _ = &mut call => panic!("the response came too early"),
            () = until("a program", || service.programs() > 0 && service.work_files() == 1) => (),
        }
    }
    until("the end of the programs", || service.programs() == 0).await;
    until("the removal of the file", || service.work_files() == 0).await;
    let next = service.process(stored("page.png", "image/png").set_name(PROCESSOR)).await;
    assert!(next.is_ok(), "the next request is served");
}
