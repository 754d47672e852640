//! Errors, as the official client reports them.

use google_cloud_gax::error::rpc::Code;
use google_cloud_speech_v2::model::RecognizeRequest;
use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{PARENT, RECOGNIZER, Service, bytes_of, config, sent, stored};

fn invalid(reason: &str) -> (Code, String) {
    (Code::InvalidArgument, reason.to_owned())
}

#[tokio::test]
async fn a_call_without_a_valid_token_is_rejected() {
    let (service, other) = (Service::start().await, Service::start().await);
    let url = format!("http://{}/v2/{RECOGNIZER}", service.address);
    let operation = format!("http://{}/v2/{PARENT}/operations/1", service.address);
    let claims = json!({"iss": service.identity.email(), "exp": 4_000_000_000_u64});
    let client = reqwest::Client::new();
    let requests = [
        client.post(format!("{url}:recognize")).json(&json!({})),
        client.post(format!("{url}:batchRecognize")).json(&json!({})),
        client.post(format!("{url}:recognize")).bearer_auth(other.identity.sign(&claims)).json(&json!({})),
        client.get(operation),
    ];
    for request in requests {
        let response = request.send().await.expect("a response");
        assert_eq!(response.status(), 401);
        assert!(response.headers().contains_key("www-authenticate"));
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["error"]["status"], "UNAUTHENTICATED");
    }
    assert_eq!(service.speech.calls(), 0);
}

#[tokio::test]
async fn files_that_are_not_audio_are_rejected() {
    let service = Service::start().await;
    for name in ["letter.pdf", "page.png", "speech.txt"] {
        let error = service.recognize(stored(name)).await.expect_err("a error");
        assert_eq!(error.code, Code::InvalidArgument, "{name}");
        let wording = "Audio data does not appear to be in a supported encoding.";
        assert!(error.message.starts_with(wording), "{name}: {}", error.message);
    }
    for (name, length) in
        [("speech.m4a", 1000), ("speech.webm", 100), ("speech.flac", 20), ("speech.wav", 44)]
    {
        let error = service.error(sent(bytes_of(name)[..length].to_vec())).await;
        assert_eq!(error, invalid("UNSUPPORTED_AUDIO"), "{name}");
    }
    assert_eq!(service.error(sent(vec![])).await, invalid("UNSUPPORTED_AUDIO"));
    assert_eq!(service.audio_files(), 0);
}

#[tokio::test]
async fn a_playlist_does_not_open_other_files() {
    let service = Service::start().await;
    let file = crate::harness::sample("speech.mp3");
    let playlist =
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:{}\n#EXT-X-ENDLIST\n", file.display());
    assert_eq!(service.error(sent(playlist.into_bytes())).await, invalid("UNSUPPORTED_AUDIO"));
}

#[tokio::test]
async fn a_missing_object_is_not_found() {
    let service = Service::start().await;
    let error = service.error(stored("absent.wav")).await;
    assert_eq!(error, (Code::NotFound, "OBJECT_NOT_FOUND".to_owned()));
    let elsewhere = stored("").set_uri("https://example.com/speech.wav");
    assert_eq!(service.error(elsewhere).await, invalid("INVALID_GCS_URI"));
    let nothing = RecognizeRequest::new().set_recognizer(RECOGNIZER).set_config(config());
    assert_eq!(service.error(nothing).await, invalid("INVALID_SOURCE"));
}

#[tokio::test]
async fn unknown_languages_and_models_are_rejected() {
    let service = Service::start().await;
    let with = |config| stored("speech.ogg").set_config(config);
    let unknown = config().set_language_codes(["xx-XX"]);
    assert_eq!(service.error(with(unknown)).await, invalid("INVALID_LANGUAGE"));
    let error = service.recognize(with(config().set_model("huge"))).await.expect_err("a error");
    assert_eq!(error.message, "The model \"huge\" does not exist in the location named \"eu\".");
    let response = service.post("recognize", &json!({"config": "long"})).await;
    assert_eq!(response.status(), 400);
    assert_eq!(service.speech.calls(), 0);
}

#[tokio::test]
async fn injected_failures_occur_the_given_number_of_times() {
    let service = Service::start().await;
    service.speech.instant(Some("well"));
    service.speech.fail_next(2, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        assert_eq!(service.error(stored("speech.ogg")).await.0, Code::PermissionDenied);
    }
    assert!(service.recognize(stored("speech.ogg")).await.is_ok());
    service.speech.fail_rate(100);
    for response in
        [service.post("recognize", &json!({})).await, service.get(&format!("{PARENT}/operations/1")).await]
    {
        assert!([500, 503].contains(&response.status().as_u16()), "{}", response.status());
    }
    service.speech.fail_rate(0);
    assert_eq!(service.get(&format!("{PARENT}/operations/1")).await.status(), 404);
}

#[tokio::test]
async fn a_missing_program_is_reported_with_its_package() {
    let service = Service::with(|settings| settings.tool_path = Some("/nowhere".into())).await;
    let config = json!({"autoDecodingConfig": {}, "languageCodes": ["en-US"]});
    let body = json!({"config": config, "uri": "gs://samples/speech.ogg"});
    let response = service.post("recognize", &body).await;
    assert_eq!(response.status(), 503);
    let response: Value = response.json().await.expect("JSON");
    assert!(
        response["error"]["message"]
            .as_str()
            .is_some_and(|message| message.contains("apt-get install ffmpeg"))
    );
}
