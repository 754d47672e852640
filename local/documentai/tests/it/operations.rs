//! Operations: quota, injected failures, cancellation and restarts.

use std::{path::Path, time::Duration};

use google_cloud_gax::error::rpc::Code;
use http::StatusCode;
use local_documentai::OperationCounts;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::harness::{PROCESSOR, Service, until};

fn batch(name: &str) -> Value {
    let document = json!({"gcsUri": format!("gs://samples/{name}"), "mimeType": "application/pdf"});
    json!({
        "inputDocuments": {"gcsDocuments": {"documents": [document]}},
        "documentOutputConfig": {"gcsOutputConfig": {"gcsUri": "gs://results"}},
    })
}

/// Starts an operation and returns its name.
async fn start(service: &Service, name: &str) -> String {
    let operation: Value = service.post("batchProcess", &batch(name)).await.json().await.expect("JSON");
    operation["name"].as_str().unwrap_or_else(|| panic!("no name in {operation}")).to_owned()
}

async fn ended(service: &Service, name: &str) -> Value {
    for _ in 0..600 {
        let operation: Value = service.get(name).await.json().await.expect("JSON");
        if operation["done"] == true {
            return operation;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{name} did not end");
}

#[tokio::test]
async fn batches_over_the_quota_are_rejected_until_one_ends() {
    let service = Service::with(|settings| settings.limits.concurrent_batches = Some(2)).await;
    service.ai.instant(Some("instant"));
    service.ai.set_delay(Duration::from_secs(3));
    let first = start(&service, "one.pdf").await;
    start(&service, "two.pdf").await;
    let refused = service.post("batchProcess", &batch("three.pdf")).await;
    assert_eq!(refused.status(), 429);
    let refused: Value = refused.json().await.expect("JSON");
    assert_eq!(refused["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(service.ai.operations(), OperationCounts { started: 2, running: 2, max_concurrent: 2 });
    ended(&service, &first).await;
    until("the end of both", || service.ai.operations().running == 0).await;
    start(&service, "three.pdf").await;
    assert_eq!(service.ai.operations(), OperationCounts { started: 3, running: 1, max_concurrent: 2 });
}

#[tokio::test]
async fn an_operation_waits_in_the_queue_until_it_is_started() {
    let service = Service::start().await;
    service.ai.instant(Some("instant"));
    service.ai.hold_operations(true);
    service.ai.set_delay(Duration::from_secs(1));
    let name = start(&service, "one.pdf").await;
    let metadata = async || -> Value {
        let operation: Value = service.get(&name).await.json().await.expect("JSON");
        operation["metadata"].clone()
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let waiting = metadata().await;
    assert_eq!((&waiting["state"], &waiting["updateTime"]), (&json!(1), &waiting["createTime"]));
    service.ai.hold_operations(false);
    let mut states = vec![];
    while states.last() != Some(&json!(3)) {
        let state = metadata().await["state"].clone();
        if states.last() != Some(&state) {
            states.push(state);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(states.contains(&json!(2)), "{states:?}");
}

#[tokio::test]
async fn instant_batches_have_the_configured_number_of_pages() {
    let service = Service::start().await;
    service.ai.instant(Some("A page."));
    service.ai.set_instant_pages(250);
    let name = start(&service, "absent.pdf").await;
    assert_eq!(ended(&service, &name).await["metadata"]["state"], 3);
    let shards = service.output.objects();
    let shards: Vec<Value> = shards.iter().map(|json| serde_json::from_slice(json).expect("JSON")).collect();
    let pages: Vec<_> = shards.iter().map(|shard| shard["pages"].as_array().expect("pages").len()).collect();
    assert_eq!(pages, [100, 100, 50]);
    assert_eq!(shards[2]["shardInfo"], json!({"shardIndex": "2", "shardCount": "3", "textOffset": "1600"}));
    assert_eq!(shards[2]["text"], "A page.\n".repeat(50));
    let segment = &shards[2]["pages"][49]["layout"]["textAnchor"]["textSegments"][0];
    assert_eq!(*segment, json!({"startIndex": "392", "endIndex": "400"}));

    service.ai.set_instant_pages(501);
    let name = start(&service, "absent.pdf").await;
    assert_eq!(ended(&service, &name).await["error"]["code"], 3);
}

#[tokio::test]
async fn injected_failures_end_operations_without_output() {
    let service = Service::start().await;
    service.ai.instant(Some("recovered"));
    service.ai.fail_next_operations(1);
    let name = start(&service, "one.pdf").await;
    let operation = ended(&service, &name).await;
    assert_eq!(operation["error"], json!({"code": 13, "message": "Internal error encountered."}));
    assert_eq!(operation["metadata"]["state"], 6);
    assert_eq!(service.output.names(), Vec::<String>::new());
    let name = start(&service, "one.pdf").await;
    assert!(ended(&service, &name).await["response"].is_object());

    service.ai.fail_next(1, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(service.post("batchProcess", &batch("one.pdf")).await.status(), 503);
    assert_eq!(service.ai.operations().started, 2);
}

#[tokio::test]
async fn a_failure_rate_fails_about_that_share_of_calls() {
    let service = Service::start().await;
    service.ai.instant(Some("perhaps"));
    service.ai.fail_rate(50);
    let mut failed = [0, 0];
    for (method, failed) in ["process", "batchProcess"].into_iter().zip(&mut failed) {
        for _ in 0..40 {
            let mut body = batch("one.pdf");
            body["gcsDocument"] = json!({"gcsUri": "gs://samples/one.pdf", "mimeType": "application/pdf"});
            match service.post(method, &body).await.status().as_u16() {
                500 | 503 => *failed += 1,
                status => assert!([200, 429].contains(&status), "{status}"),
            }
        }
    }
    assert!(failed.iter().all(|failed| (4..=36).contains(failed)), "{failed:?}");
    service.ai.fail_rate(0);
    assert_eq!(service.post("batchProcess", &batch("one.pdf")).await.status(), 200);
}

#[tokio::test]
async fn failures_unrelated_to_the_document_are_not_invalid_arguments() {
    let service = Service::with(|settings| {
        settings.write = Some(std::sync::Arc::new(|_, _, _| Box::pin(async { Err("full".to_owned()) })));
    })
    .await;
    service.ai.instant(Some("a page"));
    let name = start(&service, "one.pdf").await;
    assert_eq!(ended(&service, &name).await["error"]["code"], 13);
    let service = Service::with(|settings| settings.tool_path = Some("/nowhere".into())).await;
    let name = start(&service, "letter.pdf").await;
    let operation = ended(&service, &name).await;
    assert_eq!(operation["error"]["code"], 14);
    assert_eq!(operation["metadata"]["individualProcessStatuses"][0]["status"]["code"], 14);
}

#[tokio::test]
async fn an_invalid_batch_starts_no_operation() {
    let service = Service::with(|settings| settings.write = None).await;
    let response: Value = service.post("batchProcess", &batch("one.pdf")).await.json().await.expect("JSON");
    assert_eq!(response["error"]["status"], "FAILED_PRECONDITION");
    let service = Service::start().await;
    for (body, status) in [
        (json!({}), "INVALID_ARGUMENT"),
        (json!({"inputDocuments": {"gcsDocuments": {"documents": []}}}), "INVALID_ARGUMENT"),
        (
            json!({
                "inputDocuments": {"gcsPrefix": {"gcsUriPrefix": "samples/"}},
                "documentOutputConfig": {"gcsOutputConfig": {"gcsUri": "gs://results"}},
            }),
            "INVALID_ARGUMENT",
        ),
        (
            json!({
                "inputDocuments": {"gcsPrefix": {"gcsUriPrefix": "gs://samples/"}},
                "documentOutputConfig": {"gcsOutputConfig": {"gcsUri": "gs://results"}},
            }),
            "FAILED_PRECONDITION",
        ),
    ] {
        let response: Value = service.post("batchProcess", &body).await.json().await.expect("JSON");
        assert_eq!(response["error"]["status"], status, "{body}");
    }
    assert_eq!((service.ai.operations().started, service.work_files()), (0, 0));
}

#[tokio::test]
async fn operations_need_a_token_and_can_be_listed_and_canceled() {
    let service = Service::start().await;
    service.ai.set_delay(Duration::from_secs(60));
    let name = start(&service, "letter.pdf").await;
    let url = format!("http://{}/v1/{name}", service.address);
    assert_eq!(reqwest::get(&url).await.expect("a response").status(), 401);
    let elsewhere = name.replace("/eu/", "/us/");
    assert_eq!(service.get(&elsewhere).await.status(), 404);

    let client = service.client().await;
    let parent = PROCESSOR.split_once("/processors").expect("a parent").0;
    let listed = client.list_operations().set_name(format!("{parent}/operations")).send().await;
    let listed = listed.expect("operations").operations;
    assert_eq!(listed.iter().map(|operation| &operation.name).collect::<Vec<_>>(), [&name]);
    client.cancel_operation().set_name(&name).send().await.expect("a canceled operation");
    let operation = ended(&service, &name).await;
    assert_eq!((&operation["error"]["code"], &operation["metadata"]["state"]), (&json!(1), &json!(5)));
    let absent = client.get_operation().set_name(format!("{parent}/operations/1")).send().await;
    let absent = absent.expect_err("not found");
    assert_eq!(absent.status().map(|status| status.code), Some(Code::NotFound));
}

/// Starts a service on the folder of an earlier one.
async fn service_over(folder: &Path) -> Service {
    Service::with(|settings| folder.clone_into(&mut settings.work_folder)).await
}

#[test]
fn a_restart_repeats_unfinished_operations_and_keeps_finished_ones() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let runtime = Runtime::new().expect("a runtime");
    let (done, left) = runtime.block_on(async {
        let service = service_over(folder.path()).await;
        service.ai.instant(Some("at once"));
        let done = start(&service, "one.pdf").await;
        ended(&service, &done).await;
        service.ai.instant(None);
        let left = start(&service, "letter.pdf").await;
        until("the reading", || has_folder(folder.path())).await;
        (done, left)
    });
    // Ends as abruptly as a killed process.
    runtime.shutdown_background();
    let operations = folder.path().join("documentai-operations");
    std::fs::create_dir(operations.join("gathered")).expect("a folder");
    std::fs::write(operations.join("half-written"), "{").expect("a file");

    Runtime::new().expect("a runtime").block_on(async {
        let service = service_over(folder.path()).await;
        assert_eq!(service.ai.operations(), OperationCounts { started: 0, running: 1, max_concurrent: 1 });
        assert_eq!(service.get(&done).await.json::<Value>().await.expect("JSON")["metadata"]["state"], 3);
        let operation = ended(&service, &left).await;
        assert_eq!(operation["metadata"]["state"], 3, "{operation}");
        let id = left.rsplit('/').next().expect("an id");
        assert_eq!(service.output.names(), [format!("gs://results/{id}/0/letter-0.json")]);
        until("the removal of incomplete output", || !has_folder(folder.path())).await;
    });
}

/// Returns true if incomplete output exists.
fn has_folder(work_folder: &Path) -> bool {
    let entries = std::fs::read_dir(work_folder.join("documentai-operations")).expect("operations").flatten();
    entries.into_iter().any(|entry| entry.path().is_dir())
}
