//! The output of batches, through the official client.

use std::{sync::Arc, time::Duration};

use google_cloud_documentai_v1::model::{
    BatchDocumentsInputConfig, BatchProcessMetadata, BatchProcessRequest, BatchProcessResponse, Document,
    DocumentOutputConfig, GcsDocument, GcsDocuments, GcsPrefix,
    batch_process_metadata::State,
    document::page::{layout::Orientation, token::detected_break::Type},
    document_output_config::{GcsOutputConfig, gcs_output_config::ShardingConfig},
};
use google_cloud_gax::error::rpc::Code;
use google_cloud_wkt::FieldMask;
use serde_json::{Value, json};

use crate::harness::{PROCESSOR, Service, blank_pdf, stored};

/// The result of an operation.
struct Finished {
    name: String,
    metadata: BatchProcessMetadata,
    error: Option<(Code, String)>,
}

fn batch(documents: &[(&str, &str)], output: GcsOutputConfig) -> BatchProcessRequest {
    let documents = documents.iter().map(|(name, mime_type)| {
        GcsDocument::new().set_gcs_uri(format!("gs://samples/{name}")).set_mime_type(*mime_type)
    });
    let input =
        BatchDocumentsInputConfig::new().set_gcs_documents(GcsDocuments::new().set_documents(documents));
    request(input, output)
}

fn request(input: BatchDocumentsInputConfig, output: GcsOutputConfig) -> BatchProcessRequest {
    BatchProcessRequest::new()
        .set_name(PROCESSOR)
        .set_input_documents(input)
        .set_document_output_config(DocumentOutputConfig::new().set_gcs_output_config(output))
}

fn output() -> GcsOutputConfig {
    GcsOutputConfig::new().set_gcs_uri("gs://results/read/")
}

fn sharded(pages: i32) -> GcsOutputConfig {
    output().set_sharding_config(ShardingConfig::new().set_pages_per_shard(pages))
}

/// Starts an operation and polls it until it ends.
async fn run(service: &Service, request: BatchProcessRequest) -> Finished {
    let client = service.client().await;
    let started = client.batch_process_documents().with_request(request).send().await.expect("an operation");
    for _ in 0..600 {
        let operation = client.get_operation().set_name(&started.name).send().await.expect("the operation");
        let metadata = operation.metadata.as_ref().expect("metadata");
        let metadata = metadata.to_msg::<BatchProcessMetadata>().expect("the batch's metadata");
        if !operation.done {
            assert_eq!(metadata.state, State::Running);
            assert!(operation.response().is_none() && operation.error().is_none());
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        }
        let error = operation.error().map(|status| (Code::from(status.code), status.message.clone()));
        if error.is_none() {
            let response = operation.response().expect("a response");
            response.to_msg::<BatchProcessResponse>().expect("the batch's response");
        }
        return Finished { name: started.name, metadata, error };
    }
    panic!("{} did not end", started.name);
}

fn shards(service: &Service) -> Vec<Document> {
    service.output.objects().iter().map(|json| serde_json::from_slice(json).expect("a document")).collect()
}

/// Returns the part of the document's text that each page's anchor refers to.
fn page_texts(document: &Document) -> Vec<String> {
    let anchors = document.pages.iter().map(|page| page.layout.as_ref().expect("a layout"));
    let segments = anchors.map(|layout| &layout.text_anchor.as_ref().expect("an anchor").text_segments[0]);
    let index = |index: i64| usize::try_from(index).expect("an index");
    segments
        .map(|segment| {
            let (start, end) = (index(segment.start_index), index(segment.end_index));
            document.text.chars().skip(start).take(end - start).collect()
        })
        .collect()
}

#[tokio::test]
async fn shards_contain_the_same_pages_as_an_online_response() {
    let service = Service::start().await;
    let online = service.process(stored("letter.pdf", "application/pdf")).await.expect("a document");
    let finished = run(&service, batch(&[("letter.pdf", "application/pdf")], sharded(2))).await;
    assert_eq!((finished.metadata.state, finished.error), (State::Succeeded, None));
    assert!(
        finished.metadata.create_time <= finished.metadata.update_time
            && finished.metadata.create_time.is_some()
    );

    let id = finished
        .name
        .strip_prefix("projects/alta-local/locations/eu/operations/")
        .expect("the operation's name");
    let folder = format!("gs://results/read/{id}/0");
    let names = [format!("{folder}/letter-0.json"), format!("{folder}/letter-1.json")];
    assert_eq!(service.output.names(), names);
    let [status] = finished.metadata.individual_process_statuses.as_slice() else { panic!("one document") };
    assert_eq!(status.input_gcs_source, "gs://samples/letter.pdf");
    assert_eq!(status.output_gcs_destination, folder);
    assert_eq!(status.status.as_ref().expect("a status").code, 0);

    let shards = shards(&service);
    let numbers =
        |document: &Document| document.pages.iter().map(|page| page.page_number).collect::<Vec<_>>();
    assert_eq!(shards.iter().map(numbers).collect::<Vec<_>>(), [vec![1, 2], vec![3]]);
    let mut offset = 0;
    for (index, shard) in (0..).zip(&shards) {
        let info = shard.shard_info.as_ref().expect("shard information");
        assert_eq!((info.shard_index, info.shard_count, info.text_offset), (index, 2, offset));
        offset += i64::try_from(shard.text.chars().count()).expect("a length");
    }
    assert_eq!(shards.iter().map(|shard| shard.text.as_str()).collect::<String>(), online.text);
    assert_eq!(shards.iter().flat_map(page_texts).collect::<Vec<_>>(), page_texts(&online));
    let token = &shards[1].pages[0].tokens[0];
    assert_eq!(token.layout.as_ref().expect("a layout").orientation, Orientation::PageUp);
    assert_eq!(token.detected_break.as_ref().expect("a break").r#type, Type::Space);
    // Files contain the names of enums.
    let json: Value = serde_json::from_slice(&service.output.objects()[1]).expect("JSON");
    assert_eq!(json["pages"][0]["layout"]["orientation"], "PAGE_UP");
    assert_eq!(json["shardInfo"]["shardIndex"], "1");
}

#[tokio::test]
async fn a_default_shard_has_all_pages_and_a_mask_omits_fields() {
    let service = Service::start().await;
    let mask = FieldMask::default().set_paths(["text", "shard_info", "pages.page_number"]);
    let request = batch(&[("fax.tiff", "image/tiff")], output().set_field_mask(mask));
    assert_eq!(run(&service, request).await.error, None);
    let json: Value = serde_json::from_slice(&service.output.objects()[0]).expect("JSON");
    assert_eq!(json["pages"], json!([{"pageNumber": 1}, {"pageNumber": 2}]));
    assert_eq!(json["shardInfo"], json!({"shardCount": "1"}));
    assert!(json["text"].as_str().is_some_and(|text| text.starts_with("TELEFAX")));
    assert!(json.get("mimeType").is_none());
}

#[tokio::test]
async fn an_unreadable_document_fails_the_operation_without_output() {
    let service = Service::with(|settings| settings.limits.batch_pages = 2).await;
    let failing = [
        ("encrypted.pdf", "application/pdf", Code::InvalidArgument, "encrypted"),
        ("truncated.pdf", "application/pdf", Code::InvalidArgument, "damaged"),
        ("letter.pdf", "application/pdf", Code::InvalidArgument, "Document pages exceed the limit: 2 got 3"),
        ("page.txt", "text/plain", Code::InvalidArgument, "mime type"),
        ("absent.pdf", "application/pdf", Code::NotFound, "does not exist"),
    ];
    for (name, mime_type, code, message) in failing {
        let finished = run(&service, batch(&[(name, mime_type)], output())).await;
        let all = "Failed to process all documents.".to_owned();
        assert_eq!(finished.error, Some((Code::InvalidArgument, all.clone())), "{name}");
        assert_eq!((finished.metadata.state, finished.metadata.state_message), (State::Failed, all));
        let status = &finished.metadata.individual_process_statuses[0];
        assert_eq!(status.output_gcs_destination, "");
        let status = status.status.as_ref().expect("a status");
        assert_eq!(Code::from(status.code), code);
        assert!(status.message.contains(message), "{name}: {}", status.message);
    }
    assert_eq!(service.output.names(), Vec::<String>::new());
}

#[tokio::test]
async fn one_failing_document_of_two_only_affects_its_own_status() {
    let service = Service::with(|settings| settings.limits.bytes = 10_000).await;
    // The limit of online requests does not apply to batches.
    let documents = [("encrypted.pdf", "application/pdf"), ("page.png", "image/png")];
    let finished = run(&service, batch(&documents, output())).await;
    assert_eq!((finished.metadata.state, finished.error), (State::Succeeded, None));
    let codes = finished.metadata.individual_process_statuses.iter();
    let codes: Vec<_> = codes.map(|status| status.status.as_ref().map_or(0, |status| status.code)).collect();
    assert_eq!(codes, [3, 0]);
    assert_eq!(service.output.names().len(), 1);
    assert!(service.output.names()[0].ends_with("/1/page-0.json"));
}

#[tokio::test]
async fn a_file_over_the_limit_of_batches_fails() {
    let service = Service::with(|settings| settings.limits.batch_bytes = 10_000).await;
    let finished = run(&service, batch(&[("page.png", "image/png")], output())).await;
    let status = finished.metadata.individual_process_statuses[0].status.as_ref().expect("a status");
    assert!(status.message.contains("exceeds the limit: 10000"), "{}", status.message);
}

#[tokio::test]
async fn a_prefix_selects_its_documents() {
    let service = Service::with(|settings| {
        settings.list = Some(Arc::new(|prefix: &str| {
            let found = (format!("{prefix}e.png"), "image/png".to_owned());
            Box::pin(async { vec![found] })
        }));
    })
    .await;
    let prefix = GcsPrefix::new().set_gcs_uri_prefix("gs://samples/pag");
    let finished =
        run(&service, request(BatchDocumentsInputConfig::new().set_gcs_prefix(prefix), output())).await;
    assert_eq!(finished.error, None);
    assert_eq!(shards(&service)[0].pages.len(), 1);
}

#[tokio::test]
async fn concurrent_batches_read_their_pages_in_order() {
    let service = Service::with(|settings| {
        settings.resolve = Arc::new(|uri: &str| {
            let path = uri.strip_prefix("gs://samples/").map(std::path::PathBuf::from);
            Box::pin(async move { path })
        });
    })
    .await;
    let pdf = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(pdf.path(), blank_pdf(24, 80)).expect("a PDF");
    let name = pdf.path().to_str().expect("a path");
    let batches = [7, 0].map(|pages| run(&service, batch(&[(name, "application/pdf")], sharded(pages))));
    for finished in futures::future::join_all(batches).await {
        assert_eq!(finished.error, None);
    }
    let mut pages: Vec<usize> = shards(&service).iter().map(|shard| shard.pages.len()).collect();
    pages.sort_unstable();
    assert_eq!(pages, [3, 7, 7, 7, 24]);
    assert_eq!((service.ai.operations().started, service.ai.operations().running), (2, 0));
}
