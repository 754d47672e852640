//! A batch as stored on disk and as a `google.longrunning.Operation`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    clock,
    fault::{self, Fault},
    results,
};

const PACKAGE: &str = "type.googleapis.com/google.cloud.speech.v2";

/// A batch with its files and their results.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// The last part of the operation's name.
    pub(crate) id: String,
    /// The parent of the operation: `projects/{}/locations/{}`.
    pub(crate) parent: String,
    pub(crate) recognizer: String,
    created: String,
    pub(crate) updated: String,
    /// True once the operation has left the queue.
    #[serde(default)]
    pub(crate) started: bool,
    pub(crate) request: Value,
    pub(crate) files: Vec<File>,
    error: Option<Value>,
    pub(crate) done: bool,
}

/// One file of a batch and its state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) uri: String,
    /// Distinguishes the transcript from those of other operations. A restarted operation writes the same object.
    pub(crate) transcript: String,
    pub(crate) progress: u8,
    billed_seconds: u64,
    /// The `BatchRecognizeFileResult`, once it exists.
    pub(crate) result: Option<Value>,
}

impl Operation {
    pub(crate) fn new(parent: String, recognizer: String, request: Value, uris: Vec<String>) -> Self {
        let now = clock::timestamp();
        let file = |uri| File {
            uri,
            transcript: format!("{:016x}", fastrand::u64(..)),
            progress: 0,
            billed_seconds: 0,
            result: None,
        };
        Self {
            id: fastrand::u64(1_000_000_000_000_000_000..10_000_000_000_000_000_000).to_string(),
            parent,
            recognizer,
            created: now.clone(),
            updated: now,
            started: false,
            request,
            files: uris.into_iter().map(file).collect(),
            error: None,
            done: false,
        }
    }

    /// Ends the operation.
    pub(crate) fn finish(&mut self, outcome: Result<(), Fault>) {
        self.error = outcome.err().map(|fault| fault.to_status(fault::SERVICE));
        self.done = true;
        self.updated = clock::timestamp();
    }

    /// Returns the JSON of the `google.longrunning.Operation`.
    pub(crate) fn to_json(&self) -> Value {
        let mut operation = json!({
            "name": format!("{}/operations/{}", self.parent, self.id),
            "metadata": self.metadata(),
        });
        if self.done {
            operation["done"] = true.into();
            match &self.error {
                Some(error) => operation["error"] = error.clone(),
                None => operation["response"] = self.response(),
            }
        }
        operation
    }

    fn metadata(&self) -> Value {
        let files: BTreeMap<&str, Value> =
            self.files.iter().map(|file| (file.uri.as_str(), file.metadata())).collect();
        json!({
            "@type": format!("{PACKAGE}.OperationMetadata"),
            "createTime": self.created,
            "updateTime": self.updated,
            "resource": self.recognizer,
            "method": "google.cloud.speech.v2.Speech.BatchRecognize",
            "batchRecognizeRequest": self.request,
            "progressPercent": self.progress(),
            "batchRecognizeMetadata": {"transcriptionMetadata": files},
        })
    }

    /// Returns the progress in percent. 0 means that the operation has not started, 100 that it is done.
    fn progress(&self) -> usize {
        if self.done {
            return 100;
        }
        let sum: usize = self.files.iter().map(|file| usize::from(file.progress)).sum();
        (sum / self.files.len().max(1)).clamp(self.started.into(), 99)
    }

    fn response(&self) -> Value {
        let results: Map<String, Value> =
            self.files.iter().filter_map(|file| Some((file.uri.clone(), file.result.clone()?))).collect();
        let billed = self.files.iter().map(|file| file.billed_seconds).sum();
        json!({
            "@type": format!("{PACKAGE}.BatchRecognizeResponse"),
            "results": results,
            "totalBilledDuration": results::seconds(std::time::Duration::from_secs(billed)),
        })
    }
}

impl File {
    pub(crate) fn succeed(&mut self, result: Value, billed_seconds: u64) {
        (self.result, self.billed_seconds, self.progress) = (Some(result), billed_seconds, 100);
    }

    pub(crate) fn fail(&mut self, fault: &Fault) {
        (self.result, self.progress) = (Some(json!({"error": fault.to_status(fault::SERVICE)})), 100);
    }

    fn metadata(&self) -> Value {
        let mut metadata = json!({"progressPercent": self.progress});
        for key in ["error", "uri"] {
            if let Some(value) = self.result.as_ref().and_then(|result| result.get(key)) {
                metadata[key] = value.clone();
            }
        }
        metadata
    }
}
