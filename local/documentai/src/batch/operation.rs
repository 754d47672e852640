//! The `google.longrunning.Operation` of a batch.

use local_engine::clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::fault::Fault;

const TYPES: &str = "type.googleapis.com/google.cloud.documentai.v1";
/// The number of `google.rpc.Code.CANCELLED`.
const CANCELLED: i32 = 1;

/// A batch operation, as stored on disk.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Operation {
    /// The name: `projects/{project}/locations/{location}/operations/{id}`.
    pub(super) name: String,
    /// The body of the call, until the operation ends.
    pub(super) request: Option<Value>,
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) updated: OffsetDateTime,
    /// True once the operation has left the queue.
    #[serde(default)]
    pub(super) started: bool,
    documents: Vec<DocumentStatus>,
    error: Option<RpcStatus>,
}

/// A `google.rpc.Status` without details.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct RpcStatus {
    code: i32,
    message: String,
}

impl From<&Fault> for RpcStatus {
    fn from(fault: &Fault) -> Self {
        Self { code: fault.code_number(), message: fault.message().to_owned() }
    }
}

/// The status of one document, a `BatchProcessMetadata.IndividualProcessStatus`.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct DocumentStatus {
    input: String,
    /// The folder with the document's shards, or the error.
    output: Result<String, RpcStatus>,
}

impl Operation {
    pub(super) fn new(name: String, request: Value) -> Self {
        let now = clock::now();
        Self {
            name,
            request: Some(request),
            created: now,
            updated: now,
            started: false,
            documents: vec![],
            error: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.request.is_some()
    }

    pub(super) fn start(&mut self) {
        self.started = true;
        self.updated = clock::now();
    }

    /// Adds the status of one document.
    pub(super) fn report(&mut self, input: &str, output: Result<String, &Fault>) {
        let output = output.map_err(RpcStatus::from);
        self.documents.push(DocumentStatus { input: input.to_owned(), output });
        self.updated = clock::now();
    }

    pub(super) fn end(&mut self, result: Result<(), &Fault>) {
        self.request = None;
        self.error = result.err().map(RpcStatus::from);
        self.updated = clock::now();
    }

    /// Returns the number of the `BatchProcessMetadata.State`.
    fn state(&self) -> i32 {
        match &self.error {
            _ if self.is_running() => 1 + i32::from(self.started),
            None => 3,
            Some(error) if error.code == CANCELLED => 5,
            Some(_) => 6,
        }
    }

    /// Returns the operation in the JSON format of the API.
    pub(crate) fn resource(&self) -> Value {
        let statuses: Vec<Value> = self
            .documents
            .iter()
            .map(|DocumentStatus { input, output }| match output {
                Ok(folder) => json!({"inputGcsSource": input, "status": {}, "outputGcsDestination": folder}),
                Err(status) => json!({"inputGcsSource": input, "status": status}),
            })
            .collect();
        let mut metadata = json!({
            "@type": format!("{TYPES}.BatchProcessMetadata"),
            "state": self.state(),
            "createTime": clock::rfc3339(self.created),
            "updateTime": clock::rfc3339(self.updated),
            "individualProcessStatuses": statuses,
        });
        if let Some(error) = &self.error {
            metadata["stateMessage"] = error.message.as_str().into();
        }
        let mut resource = json!({"name": self.name, "metadata": metadata});
        if !self.is_running() {
            resource["done"] = true.into();
            match &self.error {
                None => resource["response"] = json!({"@type": format!("{TYPES}.BatchProcessResponse")}),
                Some(error) => resource["error"] = json!(error),
            }
        }
        resource
    }
}
