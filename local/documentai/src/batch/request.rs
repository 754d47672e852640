//! The supported part of `google.cloud.documentai.v1.BatchProcessRequest`.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    batch::shards::Sharding,
    fault::Fault,
    mask::Mask,
    request::{GcsDocument, ProcessOptions},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct BatchProcessRequest {
    input_documents: InputDocuments,
    document_output_config: DocumentOutputConfig,
    process_options: ProcessOptions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct InputDocuments {
    gcs_documents: Option<GcsDocuments>,
    gcs_prefix: Option<GcsPrefix>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GcsDocuments {
    documents: Vec<GcsDocument>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GcsPrefix {
    gcs_uri_prefix: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DocumentOutputConfig {
    gcs_output_config: GcsOutputConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GcsOutputConfig {
    gcs_uri: String,
    field_mask: String,
    sharding_config: ShardingConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ShardingConfig {
    pages_per_shard: i32,
    pages_overlap: i32,
}

/// The number of documents that a batch may name (<https://cloud.google.com/document-ai/limits>).
const MAX_DOCUMENTS: usize = 5000;

/// The documents of a batch.
pub(crate) enum Input {
    /// These documents, in this order.
    Documents(Vec<GcsDocument>),
    /// All objects whose URI starts with this prefix.
    Prefix(String),
}

/// A valid batch. Unlike an online request, it always reads all pages.
pub(crate) struct Batch {
    pub(super) input: Input,
    /// The output folder: a `gs://` URI without a trailing slash.
    pub(super) folder: String,
    pub(super) mask: Mask,
    pub(super) sharding: Sharding,
    pub(super) languages: Vec<String>,
}

impl Batch {
    /// # Errors
    /// `INVALID_ARGUMENT` when the request is invalid.
    pub(crate) fn parse(request: &Value) -> Result<Self, Fault> {
        let request = BatchProcessRequest::deserialize(request).map_err(|error| {
            Fault::invalid("INVALID_REQUEST", format!("Invalid JSON payload received. {error}"))
        })?;
        let input = match (request.input_documents.gcs_documents, request.input_documents.gcs_prefix) {
            (Some(GcsDocuments { documents }), None) if documents.len() > MAX_DOCUMENTS => {
                return Err(Fault::invalid(
                    "TOO_MANY_DOCUMENTS",
                    format!("A batch can have {MAX_DOCUMENTS} documents, got {}.", documents.len()),
                ));
            }
            (Some(GcsDocuments { documents }), None) if !documents.is_empty() => Input::Documents(documents),
            (None, Some(GcsPrefix { gcs_uri_prefix })) if names_bucket(&gcs_uri_prefix) => {
                Input::Prefix(gcs_uri_prefix)
            }
            _ => {
                return Err(Fault::invalid(
                    "INVALID_SOURCE",
                    "Exactly one of gcsDocuments and gcsPrefix is required, and must name documents.",
                ));
            }
        };
        request.process_options.check()?;
        let output = request.document_output_config.gcs_output_config;
        let folder = output.gcs_uri.trim_end_matches('/');
        if !names_bucket(folder) {
            return Err(Fault::invalid(
                "INVALID_GCS_URI",
                format!("Invalid Cloud Storage URI for the output: {}", output.gcs_uri),
            ));
        }
        let ShardingConfig { pages_per_shard, pages_overlap } = output.sharding_config;
        Ok(Self {
            input,
            folder: folder.to_owned(),
            mask: Mask::parse(&output.field_mask),
            sharding: Sharding::new(pages_per_shard, pages_overlap)?,
            languages: request.process_options.languages().to_vec(),
        })
    }
}

fn names_bucket(uri: &str) -> bool {
    uri.strip_prefix("gs://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Batch;

    fn reason(request: &Value) -> &'static str {
        Batch::parse(request).err().expect("an error").reason()
    }

    #[test]
    fn a_batch_needs_documents_and_an_output_folder() {
        let documents = json!({"gcsDocuments": {"documents": [{"gcsUri": "gs://b/o"}]}});
        let output = |config| json!({"gcsOutputConfig": config});
        let output_to = |uri| output(json!({"gcsUri": uri}));
        let request = |input, output| json!({"inputDocuments": input, "documentOutputConfig": output});
        assert!(Batch::parse(&request(documents.clone(), output_to("gs://b/out/"))).is_ok());
        assert!(
            Batch::parse(&request(json!({"gcsPrefix": {"gcsUriPrefix": "gs://b/o"}}), output_to("gs://b")))
                .is_ok()
        );
        assert_eq!(reason(&json!({})), "INVALID_SOURCE");
        let many = json!({"gcsDocuments": {"documents": vec![json!({"gcsUri": "gs://b/o"}); 5001]}});
        assert_eq!(reason(&request(many, output_to("gs://b"))), "TOO_MANY_DOCUMENTS");
        assert_eq!(reason(&json!({"inputDocuments": 7})), "INVALID_REQUEST");
        let none = json!({"gcsDocuments": {"documents": []}});
        assert_eq!(reason(&request(none, output_to("gs://b"))), "INVALID_SOURCE");
        assert_eq!(reason(&json!({"inputDocuments": documents})), "INVALID_GCS_URI");
        assert_eq!(reason(&request(documents.clone(), output_to("s3://b"))), "INVALID_GCS_URI");
        let sharding = json!({"pagesPerShard": 2, "pagesOverlap": 2});
        let output = output(json!({"gcsUri": "gs://b", "shardingConfig": sharding}));
        assert_eq!(reason(&request(documents, output)), "INVALID_SHARDING");
    }
}
