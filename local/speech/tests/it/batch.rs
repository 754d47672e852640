//! Batches, from the call to the transcripts.

use std::time::Duration;

use google_cloud_gax::error::rpc::Code;
use google_cloud_speech_v2::model::{
    BatchRecognizeFileMetadata, BatchRecognizeFileResult, BatchRecognizeResults, InlineOutputConfig,
    RecognitionOutputConfig,
};
use local_documentai::word_error_rate;
use serde_json::{Value, json};

use crate::harness::{PARENT, RECOGNIZER, Service, batch, text, truth, until, uri};

fn inline(names: &[&str]) -> google_cloud_speech_v2::model::BatchRecognizeRequest {
    let output = RecognitionOutputConfig::new().set_inline_response_config(InlineOutputConfig::new());
    batch(names, "").set_recognition_output_config(output)
}

fn written(service: &Service, result: &BatchRecognizeFileResult) -> BatchRecognizeResults {
    let uri = &result.cloud_storage_result().expect("a stored result").uri;
    let objects = service.objects.lock().expect("objects");
    let (bytes, content_type) = objects.get(uri).expect("an object");
    assert_eq!(content_type, "application/json");
    serde_json::from_slice(bytes).expect("BatchRecognizeResults")
}

#[tokio::test]
async fn a_long_talk_is_transcribed_with_progress() {
    let service = Service::start().await;
    let request = batch(&["long-speech.ogg"], "gs://out/transcripts/");
    let name = service.begin(request).await.expect("an operation");
    assert!(name.starts_with(&format!("{PARENT}/operations/")), "{name}");
    let mut steps = vec![];
    let ended = service.end(&name);
    let watched = async {
        loop {
            let metadata = service.progress(&name).await;
            steps.push(metadata.progress_percent);
            if metadata.progress_percent == 100 {
                return metadata;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let (response, metadata) = tokio::join!(ended, watched);
    let response = response.expect("a response");

    assert!(steps.is_sorted(), "{steps:?}");
    assert!(steps.iter().filter(|percent| (1..100).contains(*percent)).count() > 3, "{steps:?}");
    assert_eq!(metadata.resource, RECOGNIZER);
    assert_eq!(metadata.method, "google.cloud.speech.v2.Speech.BatchRecognize");
    assert!(metadata.create_time.is_some() && metadata.update_time > metadata.create_time);
    let request = metadata.batch_recognize_request().expect("the request");
    assert_eq!(request.files[0].uri().expect("a file"), &uri("long-speech.ogg"));
    let files = metadata.batch_recognize_metadata().expect("the files' metadata");
    assert_eq!(files.transcription_metadata[&uri("long-speech.ogg")].progress_percent, 100);

    let result = &response.results[&uri("long-speech.ogg")];
    let stored = &result.cloud_storage_result().expect("a stored result").uri;
    assert!(stored.starts_with("gs://out/transcripts/long-speech_transcript_"), "{stored}");
    assert_eq!(std::path::Path::new(stored).extension().expect("an extension"), "json");
    let transcript = written(&service, result);
    let rate = word_error_rate(&truth("long-speech.txt"), &text(&transcript.results));
    println!("long-speech.ogg: word error rate {rate:.4}, {} results", transcript.results.len());
    assert!(rate < 0.05, "{rate}\n{}", text(&transcript.results));
    assert!(transcript.results.len() > 10);
    assert_eq!(response.total_billed_duration.expect("a duration").seconds(), 85);
    assert_eq!(service.audio_files(), 0);
}

#[tokio::test]
async fn an_error_in_a_file_is_reported_for_that_file() {
    let service = Service::start().await;
    let names = ["letter.pdf", "speech.ogg", "absent.ogg", "silence.wav"];
    let name = service.begin(batch(&names, "gs://out")).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    let error = |name: &str| response.results[&uri(name)].error.as_ref().map(|status| status.code);
    assert_eq!(error("letter.pdf"), Some(Code::InvalidArgument as i32));
    assert_eq!(error("absent.ogg"), Some(Code::NotFound as i32));
    assert_eq!((error("speech.ogg"), error("silence.wav")), (None, None));
    let recognized = written(&service, &response.results[&uri("speech.ogg")]);
    assert!(word_error_rate(&truth("speech.txt"), &text(&recognized.results)) < 0.08);
    let silence = written(&service, &response.results[&uri("silence.wav")]);
    assert!(silence.results.is_empty() && silence.metadata.is_some());
    assert_eq!(service.objects.lock().expect("objects").len(), 2);
    let files = service.progress(&name).await;
    let files = &files.batch_recognize_metadata().expect("the files' metadata").transcription_metadata;
    assert!(files[&uri("letter.pdf")].error.is_some() && files[&uri("speech.ogg")].error.is_none());
}

#[tokio::test]
async fn a_single_file_can_have_an_inline_result() {
    let service = Service::with(|settings| settings.write = None).await;
    let name = service.begin(inline(&["speech.flac"])).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    let result = response.results[&uri("speech.flac")].inline_result().expect("an inline result");
    let recognized = text(&result.transcript.as_ref().expect("a transcript").results);
    assert!(word_error_rate(&truth("speech.txt"), &recognized) < 0.08, "{recognized}");
}

#[tokio::test]
async fn a_failed_write_of_a_transcript_is_an_error_of_its_file() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    let name = service.begin(batch(&["speech.ogg"], "gs://denied")).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    let error = response.results[&uri("speech.ogg")].error.as_ref().expect("an error");
    assert!(error.message.contains("the bucket does not exist"), "{}", error.message);
}

#[tokio::test]
async fn an_injected_failure_ends_an_operation() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    service.speech.fail_next_operations(1);
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    assert_eq!(service.end(&name).await.expect_err("an error").code, Code::Internal);
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    assert_eq!(text(&written(&service, &response.results[&uri("speech.ogg")]).results), "heard");
}

#[tokio::test]
async fn an_operation_waits_for_the_configured_delay() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    service.speech.set_delay(Duration::from_millis(500));
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    let operation: Value = service.get(&name).await.json().await.expect("JSON");
    assert!(operation.get("done").is_none() && operation.get("response").is_none(), "{operation}");
    assert!(operation["metadata"]["progressPercent"].as_u64() < Some(100), "{operation}");
    let type_of_metadata = "type.googleapis.com/google.cloud.speech.v2.OperationMetadata";
    assert_eq!(operation["metadata"]["@type"], type_of_metadata);
    service.end(&name).await.expect("a response");
    let operation: Value = service.get(&name).await.json().await.expect("JSON");
    let type_of_response = "type.googleapis.com/google.cloud.speech.v2.BatchRecognizeResponse";
    assert_eq!(
        (&operation["done"], &operation["response"]["@type"]),
        (&json!(true), &json!(type_of_response))
    );
}

#[tokio::test]
async fn an_operation_in_the_queue_has_no_progress() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    service.speech.hold_operations(true);
    service.speech.set_delay(Duration::from_secs(1));
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    let progress = async || {
        let operation: Value = service.get(&name).await.json().await.expect("JSON");
        operation["metadata"]["progressPercent"].as_u64().expect("a number")
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(progress().await, 0);
    service.speech.hold_operations(false);
    until("the start of the operation", async || progress().await > 0).await;
    service.end(&name).await.expect("a response");
}

#[tokio::test]
async fn invalid_batches_are_rejected() {
    let service = Service::start().await;
    let names: Vec<String> = (0..16).map(|number| format!("{number}.ogg")).collect();
    let sixteen: Vec<&str> = names.iter().map(String::as_str).collect();
    let invalid = [
        batch(&[], "gs://out"),
        batch(&sixteen, "gs://out"),
        batch(&["speech.ogg", "speech.ogg"], "gs://out"),
        batch(&["speech.ogg"], "out"),
        batch(&["speech.ogg"], "gs://"),
        inline(&["speech.ogg", "speech.mp3"]),
        batch(&[], "gs://out").set_files([BatchRecognizeFileMetadata::new().set_uri("speech.ogg")]),
    ];
    for request in invalid {
        let shown = format!("{request:?}");
        let error = service.begin(request).await.expect_err(&shown);
        assert_eq!(error.code, Code::InvalidArgument, "{shown}");
    }
    let mut request = batch(&["speech.ogg"], "gs://out");
    request.recognition_output_config = None;
    let error = service.begin(request).await.expect_err("an error");
    assert_eq!(error.message, "Recognition output configuration must be specified.");
    let fifteen = service.begin(batch(&sixteen[..15], "gs://out")).await.expect("an operation");
    let response = service.end(&fifteen).await.expect("a response");
    assert_eq!(response.results.values().filter(|result| result.error.is_some()).count(), 15);
}

#[tokio::test]
async fn audio_over_the_limit_is_an_error_of_its_file() {
    let service = Service::with(|settings| settings.limits.batch_length = Duration::from_secs(1)).await;
    let name = service.begin(batch(&["silence.wav"], "gs://out")).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    let error = response.results[&uri("silence.wav")].error.as_ref().expect("an error");
    assert_eq!(error.message, "Audio can be of a maximum of 1 seconds.");
}

#[tokio::test]
async fn an_unknown_operation_is_not_found() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    assert_eq!(service.get(&name).await.status(), 200);
    assert_eq!(service.get(&name.replace("alta-local", "another")).await.status(), 404);
    assert_eq!(service.get(&format!("{PARENT}/operations/1")).await.status(), 404);
}

#[tokio::test]
async fn a_model_has_a_limit_for_audio_with_word_times() {
    let service = Service::start().await;
    let long = service.work_folder.path().join("long.wav");
    std::fs::write(&long, crate::harness::silence(20 * 60 * 1000 + 100)).expect("a file");
    let mut request = batch(&["speech.ogg"], "gs://out");
    let chirp_3 = request.config.take().expect("a config").set_model("chirp_3");
    request.files[0] = BatchRecognizeFileMetadata::new().set_uri(format!("gs://work/{}", long.display()));
    let name = service.begin(request.clone().set_config(chirp_3.clone())).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    let error = response.results.values().next().and_then(|result| result.error.as_ref()).expect("an error");
    assert_eq!(error.message, "Audio can be of a maximum of 1200 seconds.");
    let untimed = chirp_3.set_features(google_cloud_speech_v2::model::RecognitionFeatures::new());
    let name = service.begin(request.set_config(untimed)).await.expect("an operation");
    let response = service.end(&name).await.expect("a response");
    assert!(response.results.values().all(|result| result.error.is_none()));
    let elsewhere = batch(&["speech.ogg"], "gs://out");
    let config = elsewhere.config.clone().expect("a config").set_model("chirp_2");
    let error = service.begin(elsewhere.set_config(config)).await.expect_err("an error");
    assert_eq!(error.message, "The model \"chirp_2\" does not exist in the location named \"eu\".");
}
