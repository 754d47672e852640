//! Limits, and the end of abandoned work.

use std::time::Duration;

use google_cloud_gax::error::rpc::Code;
use serde_json::{Value, json};

use crate::harness::{Service, batch, sent, silence, stored, until};

fn body(name: &str) -> Value {
    let config = json!({"autoDecodingConfig": {}, "languageCodes": ["en-US"], "model": "long"});
    json!({"config": config, "uri": format!("gs://samples/{name}")})
}

#[tokio::test]
async fn a_minute_is_accepted_and_more_rejected() {
    let service = Service::start().await;
    assert!(service.recognize(sent(silence(60_000))).await.expect("a response").results.is_empty());
    for request in [sent(silence(60_100)), stored("long-speech.ogg")] {
        let error = service.recognize(request).await.expect_err("a error");
        assert_eq!(error.code, Code::InvalidArgument);
        assert_eq!(error.message, "Audio can be of a maximum of 60 seconds.");
    }
    until("the end of the programs", async || service.programs() == 0).await;
}

#[tokio::test]
async fn ten_megabytes_are_the_limit() {
    let service = Service::start().await;
    for size in [(10 << 20) + 1, 12 << 20] {
        let error = service.recognize(sent(vec![0; size])).await.expect_err("a error");
        assert_eq!(error.code, Code::InvalidArgument);
        assert_eq!(error.message, "Request payload size exceeds the limit: 10485760 bytes.");
    }
    let service = Service::with(|settings| settings.limits.sync_bytes = 10_000).await;
    let error = service.error(stored("speech.ogg")).await;
    assert_eq!(error, (Code::InvalidArgument, "PAYLOAD_SIZE_EXCEEDED".to_owned()));
    assert_eq!(service.audio_files(), 0);
}

#[tokio::test]
async fn requests_over_the_quota_are_rejected() {
    let service = Service::with(|settings| settings.limits.requests_per_minute = Some(1)).await;
    assert_eq!(service.post("recognize", &body("absent")).await.status(), 404);
    let response = service.post("recognize", &body("absent")).await;
    assert_eq!(response.status(), 429);
    let response: Value = response.json().await.expect("JSON");
    assert_eq!(response["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(response["error"]["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_batch_over_the_quota_is_rejected() {
    let service = Service::with(|settings| settings.limits.concurrent_batches = 1).await;
    service.speech.instant(Some("one"));
    service.speech.hold_operations(true);
    let first = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    let config = json!({"autoDecodingConfig": {}, "languageCodes": ["en-US"]});
    let files = [json!({"uri": "gs://samples/speech.ogg"})];
    let output = json!({"inlineResponseConfig": {}});
    let body = json!({"config": config, "files": files, "recognitionOutputConfig": output});
    assert_eq!(service.post("batchRecognize", &body).await.status(), 429);
    service.speech.hold_operations(false);
    service.end(&first).await.expect("a response");
    assert_eq!(service.post("batchRecognize", &body).await.status(), 200);
}

#[tokio::test]
async fn a_step_over_the_time_limit_is_aborted() {
    let service = Service::with(|settings| settings.limits.step_time = Duration::from_millis(1)).await;
    assert_eq!(service.post("recognize", &body("speech.ogg")).await.status(), 504);
    until("the end of the programs", async || service.programs() == 0).await;
}

#[tokio::test]
async fn a_disconnected_client_leaves_no_programs_or_files() {
    let service = Service::start().await;
    {
        let body = body("speech.wav");
        let call = service.post("recognize", &body);
        tokio::pin!(call);
        tokio::select! {
            _ = &mut call => panic!("the response came too early"),
            () = until("a program", async || service.programs() > 0 && service.audio_files() > 0) => (),
        }
    }
    until("the end of the programs", async || service.programs() == 0).await;
    until("the removal of the files", async || service.audio_files() == 0).await;
}

#[tokio::test]
async fn concurrent_requests_do_not_block_others() {
    let service = Service::start().await;
    let calls = futures::future::join_all((0..3).map(|_| service.recognize(stored("speech.ogg"))));
    let health = async {
        until("a call", async || service.speech.calls() > 0).await;
        let url = format!("http://{}/health", service.address);
        let response = tokio::time::timeout(Duration::from_secs(2), reqwest::get(url)).await;
        assert!(response.expect("a response in time").expect("an response").status().is_success());
    };
    let (responses, ()) = tokio::join!(calls, health);
    assert!(
        responses.iter().all(|response| response.as_ref().is_ok_and(|response| response.results.len() == 2))
    );
}
