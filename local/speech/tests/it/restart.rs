//! Operations across a restart.

use local_documentai::word_error_rate;

use crate::harness::{Service, batch, text, truth, until, uri};

#[tokio::test]
async fn a_running_operation_resumes_and_keeps_finished_files() {
    let service = Service::start().await;
    let name = service.begin(batch(&["silence.wav", "speech.ogg"], "gs://out")).await.expect("an operation");
    until("the first file", async || !service.objects.lock().expect("objects").is_empty()).await;
    // The object exists a moment before the operation records it.
    until("the result", async || {
        let files = service.progress(&name).await;
        let files = files.batch_recognize_metadata().expect("metadata").transcription_metadata.clone();
        files[&uri("silence.wav")].progress_percent == 100
    })
    .await;
    let service = service.reopen().await;
    let response = service.end(&name).await.expect("a response");
    assert_eq!(response.results.len(), 2);
    assert_eq!(service.speech.calls(), 1, "the finished file is not transcribed again");
    let stored = &response.results[&uri("speech.ogg")].cloud_storage_result().expect("a stored result").uri;
    let objects = service.objects.lock().expect("objects").clone();
    let recognized: google_cloud_speech_v2::model::BatchRecognizeResults =
        serde_json::from_slice(&objects[stored].0).expect("results");
    assert!(word_error_rate(&truth("speech.txt"), &text(&recognized.results)) < 0.08);
}

#[tokio::test]
async fn a_finished_operation_survives_a_restart() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    let before = service.end(&name).await.expect("a response");
    let service = service.reopen().await;
    assert_eq!(service.end(&name).await.expect("a response"), before);
    assert_eq!(service.speech.calls(), 0);
}

#[tokio::test]
async fn old_operations_and_foreign_files_are_ignored() {
    let service = Service::start().await;
    service.speech.instant(Some("heard"));
    let name = service.begin(batch(&["speech.ogg"], "gs://out")).await.expect("an operation");
    service.end(&name).await.expect("a response");
    let folder = service.settings.work_folder.join("operations");
    let file = folder.join(name.rsplit('/').next().expect("an id")).with_extension("json");
    let kept = std::fs::read_to_string(&file).expect("the operation");
    let mut kept: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
    kept["updated"] = "2020-01-01T00:00:00Z".into();
    std::fs::write(&file, kept.to_string()).expect("the operation");
    std::fs::write(folder.join("half.json"), "{").expect("a file");
    std::fs::write(folder.join("left.partial"), "{}").expect("a file");
    let service = service.reopen().await;
    assert_eq!(service.get(&name).await.status(), 404);
    assert!(!file.exists());
}
