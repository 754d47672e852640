//! Errors, as the official client reports them.

use google_cloud_gax::error::rpc::Code;
use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{PROCESSOR, Service, blank_pdf, bytes_of, sent, stored};

fn invalid(reason: &str) -> (Code, String) {
    (Code::InvalidArgument, reason.to_owned())
}

#[tokio::test]
async fn a_call_without_a_valid_token_is_rejected() {
    let (service, other) = (Service::start().await, Service::start().await);
    let url = format!("http://{}/v1/{PROCESSOR}:process", service.address);
    let claims = json!({"iss": service.identity.email(), "exp": 4_000_000_000_u64});
    let client = reqwest::Client::new();
    let requests = [client.post(&url), client.post(&url).bearer_auth(other.identity.sign(&claims))];
    for request in requests {
        let response = request.json(&json!({})).send().await.expect("a response");
        assert_eq!(response.status(), 401);
        assert!(response.headers().contains_key("www-authenticate"));
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["error"]["status"], "UNAUTHENTICATED");
    }
    assert_eq!(service.ai.calls(), 0);
}

#[tokio::test]
async fn an_unsupported_type_is_rejected() {
    let service = Service::start().await;
    let error = service.error(stored("page.txt", "text/plain")).await;
    assert_eq!(error, invalid("UNSUPPORTED_MIME_TYPE"));
    assert_eq!(service.ai.calls(), 0);
}

#[tokio::test]
async fn an_encrypted_pdf_is_rejected() {
    let service = Service::start().await;
    let error = service.error(stored("encrypted.pdf", "application/pdf")).await;
    assert_eq!(error, invalid("ENCRYPTED_DOCUMENT"));
}

#[tokio::test]
async fn broken_files_are_rejected() {
    let service = Service::start().await;
    for name in ["truncated.pdf", "not-a-pdf.pdf", "page.png"] {
        let error = service.error(stored(name, "application/pdf")).await;
        assert_eq!(error, invalid("INVALID_DOCUMENT"), "{name}");
    }
    for (name, mime_type) in [("page.png", "image/png"), ("fax.tiff", "image/tiff")] {
        let bytes = bytes_of(name);
        for length in [16, bytes.len() / 2] {
            let error = service.error(sent(bytes[..length].to_vec(), mime_type)).await;
            assert_eq!(error, invalid("INVALID_DOCUMENT"), "{name} cut at {length}");
        }
    }
    assert_eq!(service.work_files(), 0);
}

#[tokio::test]
async fn an_empty_file_is_rejected() {
    let service = Service::start().await;
    let error = service.error(sent(vec![], "image/png")).await;
    assert_eq!(error, invalid("EMPTY_DOCUMENT"));
}

#[tokio::test]
async fn an_absent_object_is_not_found_and_a_foreign_uri_is_invalid() {
    let service = Service::start().await;
    for name in ["absent.pdf", "../../../elsewhere.pdf"] {
        let (code, _) = service.error(stored(name, "application/pdf")).await;
        assert_eq!(code, Code::NotFound, "{name}");
    }
    let body = json!({"gcsDocument": {"gcsUri": "https://samples/page.png", "mimeType": "image/png"}});
    let response: Value = service.post("process", &body).await.json().await.expect("JSON");
    assert_eq!(response["error"]["status"], "INVALID_ARGUMENT");
    assert_eq!(service.ai.calls(), 0);
}

#[tokio::test]
async fn an_unknown_processor_or_method_is_not_found() {
    let service = Service::with(|settings| settings.processor = Some(PROCESSOR.to_owned())).await;
    let request =
        stored("page.png", "image/png").set_name("projects/alta-local/locations/eu/processors/other");
    assert_eq!(service.error(request).await, (Code::NotFound, "PROCESSOR_NOT_FOUND".to_owned()));
    assert_eq!(service.post("undeploy", &json!({})).await.status(), 404);
}

#[tokio::test]
async fn an_invalid_body_is_rejected() {
    let service = Service::start().await;
    let document = json!({"gcsUri": "gs://samples/page.png", "mimeType": "image/png"});
    let raw = json!({"content": "%%%", "mimeType": "image/png"});
    let bodies = [
        json!({}),
        json!({"gcsDocument": 7}),
        json!({"rawDocument": raw}),
        json!({"gcsDocument": document, "rawDocument": {"content": "AAAA", "mimeType": "image/png"}}),
        json!({"gcsDocument": document, "processOptions": {"individualPageSelector": {"pages": [2]}}}),
    ];
    for body in bodies {
        let response = service.post("process", &body).await;
        assert_eq!(response.status(), 400, "{body}");
        let response: Value = response.json().await.expect("JSON");
        assert_eq!(response["error"]["status"], "INVALID_ARGUMENT", "{body}");
        let info = &response["error"]["details"][0];
        assert_eq!(info["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        assert_eq!(info["domain"], "documentai.googleapis.com");
    }
}

#[tokio::test]
async fn injected_failures_occur_the_given_number_of_times() {
    let service = Service::start().await;
    service.ai.instant(Some("recovered"));
    let failures = [
        (StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED"),
        (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    ];
    let body = json!({"gcsDocument": {"gcsUri": "gs://samples/page.png", "mimeType": "image/png"}});
    for (status, name) in failures {
        service.ai.fail_next(2, status);
        for _ in 0..2 {
            let response = service.post("process", &body).await;
            assert_eq!(response.status(), status.as_u16());
            let response: Value = response.json().await.expect("JSON");
            assert_eq!(response["error"]["status"], name);
        }
        assert_eq!(service.post("process", &body).await.status(), 200);
    }
    assert_eq!(service.ai.calls(), 3);
}

#[tokio::test]
async fn a_delay_postpones_a_response() {
    let service = Service::start().await;
    service.ai.instant(Some("late"));
    service.ai.set_delay(std::time::Duration::from_millis(300));
    let start = std::time::Instant::now();
    service.process(sent(blank_pdf(1, 200), "application/pdf")).await.expect("a document");
    assert!(start.elapsed().as_millis() >= 300);
}

#[tokio::test]
async fn a_missing_program_is_reported_with_its_package() {
    let service = Service::with(|settings| settings.tool_path = Some("/nowhere".into())).await;
    for (name, mime_type, package) in
        [("page.png", "image/png", "tesseract-ocr"), ("letter.pdf", "application/pdf", "poppler-utils")]
    {
        let body = json!({"gcsDocument": {"gcsUri": format!("gs://samples/{name}"), "mimeType": mime_type}});
        let response = service.post("process", &body).await;
        assert_eq!(response.status(), 503);
        let response: Value = response.json().await.expect("JSON");
        assert_eq!(response["error"]["status"], "UNAVAILABLE");
        assert!(
            response["error"]["message"].as_str().is_some_and(|message| message.contains(package)),
            "{response}"
        );
    }
}
