//! What is too much, and what happens to work that nobody waits for.

use std::time::Duration;

use google_cloud_gax::error::rpc::Code;
use serde_json::json;

use crate::harness::{PROCESSOR, Service, blank_pdf, bytes_of, sent, stored, until};

fn invalid(reason: &str) -> (Code, String) {
    (Code::InvalidArgument, reason.to_owned())
}

#[tokio::test]
async fn fifteen_pages_are_read_and_sixteen_refused() {
    let service = Service::start().await;
    let fifteen = service.process(sent(blank_pdf(15, 80), "application/pdf")).await.expect("a document");
    assert_eq!(fifteen.pages.len(), 15);
    let refusal = service.process(sent(blank_pdf(16, 80), "application/pdf")).await.expect_err("a refusal");
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::InvalidArgument, "PAGE_LIMIT_EXCEEDED"));
    assert_eq!(refusal.message, "Document pages exceed the limit: 15 got 16");
}

#[tokio::test]
async fn without_images_thirty_pages_are_read_and_thirty_one_refused() {
    let service = Service::start().await;
    let request = |pages| sent(blank_pdf(pages, 80), "application/pdf").set_imageless_mode(true);
    assert_eq!(service.process(request(30)).await.expect("a document").pages.len(), 30);
    assert_eq!(service.refusal(request(31)).await, invalid("PAGE_LIMIT_EXCEEDED"));
}

#[tokio::test]
async fn a_tiff_s_images_count_as_pages() {
    let service = Service::with(|settings| settings.limits.pages = 1).await;
    assert_eq!(service.refusal(stored("fax.tiff", "image/tiff")).await, invalid("PAGE_LIMIT_EXCEEDED"));
}

#[tokio::test]
async fn a_file_over_the_size_limit_is_refused_however_it_comes() {
    let service = Service::with(|settings| settings.limits.bytes = 30_000).await;
    assert_eq!(service.refusal(stored("page.png", "image/png")).await, invalid("DOCUMENT_SIZE_EXCEEDED"));
    let request = sent(bytes_of("page.png"), "image/png");
    assert_eq!(service.refusal(request).await, invalid("DOCUMENT_SIZE_EXCEEDED"));
    let request = sent(vec![0; 3 << 20], "image/png");
    assert_eq!(service.refusal(request).await, invalid("PAYLOAD_SIZE_EXCEEDED"));
    assert_eq!(service.work_files(), 0);
}

#[tokio::test]
async fn a_page_of_too_many_pixels_is_refused_before_it_is_rendered() {
    let service = Service::with(|settings| settings.limits.pixels = 1_000_000).await;
    let refused = invalid("PIXEL_LIMIT_EXCEEDED");
    assert_eq!(service.refusal(stored("page.png", "image/png")).await, refused);
    assert_eq!(service.refusal(stored("fax.tiff", "image/tiff")).await, refused);
    // The page is of ordinary size, the picture on it is not.
    assert_eq!(service.refusal(stored("letter.pdf", "application/pdf")).await, refused);
    let service = Service::start().await;
    assert_eq!(service.refusal(sent(blank_pdf(1, 200_000), "application/pdf")).await, refused);
}

#[tokio::test]
async fn a_large_sheet_is_rendered_at_a_lower_resolution() {
    let service = Service::with(|settings| settings.limits.pixels = 8_000_000).await;
    let document = service.process(sent(blank_pdf(1, 1000), "application/pdf")).await.expect("a document");
    let width = document.pages[0].dimension.as_ref().expect("a dimension").width;
    // 4167 at 300 dots per inch.
    assert!((1000.0..3000.0).contains(&width), "{width}");
}

#[tokio::test]
async fn requests_over_the_quota_are_told_so() {
    let service = Service::with(|settings| settings.limits.requests_per_minute = Some(1)).await;
    let body = json!({"gcsDocument": {"gcsUri": "gs://samples/absent", "mimeType": "image/png"}});
    assert_eq!(service.post("process", &body).await.status(), 404);
    let answer = service.post("process", &body).await;
    assert_eq!(answer.status(), 429);
    let answer: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(answer["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(answer["error"]["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_step_that_takes_too_long_is_given_up() {
    let service = Service::with(|settings| settings.limits.step_time = Duration::from_millis(1)).await;
    let body = json!({"gcsDocument": {"gcsUri": "gs://samples/letter.pdf", "mimeType": "application/pdf"}});
    assert_eq!(service.post("process", &body).await.status(), 504);
    until("the end of the programs", || service.programs() == 0).await;
}

#[tokio::test]
async fn a_client_that_goes_away_stops_its_programs_and_leaves_no_file() {
    let service = Service::with(|settings| settings.concurrency = 1).await;
    let body = json!({"rawDocument": {
        "content": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes_of("letter.pdf")),
        "mimeType": "application/pdf",
    }});
    {
        let call = service.post("process", &body);
        tokio::pin!(call);
        tokio::select! {
            _ = &mut call => panic!("answered too early"),
            () = until("a program", || service.programs() > 0 && service.work_files() == 1) => (),
        }
    }
    until("the end of the programs", || service.programs() == 0).await;
    until("the removal of the file", || service.work_files() == 0).await;
    let next = service.process(stored("page.png", "image/png").set_name(PROCESSOR)).await;
    assert!(next.is_ok(), "the next request is served");
}
