//! The supported part of the requests of `google.cloud.speech.v2`.

use std::collections::BTreeSet;

use local_engine::source::check_uri;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    config::{Config, Options},
    fault::Fault,
    settings::Settings,
};

/// The body of a `:recognize` call. Fields that do not affect the result are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecognizeRequest {
    #[serde(default)]
    pub(crate) config: Config,
    pub(crate) content: Option<String>,
    pub(crate) uri: Option<String>,
}

/// The body of a `:batchRecognize` call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRecognizeRequest {
    #[serde(default)]
    config: Config,
    #[serde(default)]
    files: Vec<File>,
    recognition_output_config: Option<OutputConfig>,
}

#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    uri: String,
    config: Option<Config>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutputConfig {
    gcs_output_config: Option<GcsOutputConfig>,
    inline_response_config: Option<Value>,
    output_format_config: Option<OutputFormatConfig>,
}

#[derive(Debug, Deserialize)]
struct GcsOutputConfig {
    #[serde(default)]
    uri: String,
}

#[derive(Debug, Deserialize)]
struct OutputFormatConfig {
    vtt: Option<Value>,
    srt: Option<Value>,
}

/// The destination of a batch's transcripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Below this `gs://` URI.
    Stored(String),
    /// In the operation's response.
    Inline,
}

/// A valid batch.
pub(crate) struct Batch {
    /// The URI and the options of each file.
    pub(crate) files: Vec<(String, Options)>,
    pub(crate) output: Output,
}

impl BatchRecognizeRequest {
    pub(crate) fn checked(&self, location: &str, settings: &Settings) -> Result<Batch, Fault> {
        let limit = settings.limits.batch_files;
        if self.files.is_empty() || self.files.len() > limit {
            let message =
                format!("The number of files must be between 1 and {limit}, got {}.", self.files.len());
            return Err(Fault::invalid("INVALID_FILES", message));
        }
        let mut uris = BTreeSet::new();
        let mut files = vec![];
        for file in &self.files {
            local_engine::source::check_uri(&file.uri)?;
            if !uris.insert(&file.uri) {
                return Err(Fault::invalid("INVALID_FILES", format!("Duplicate file URI: {}", file.uri)));
            }
            let options = file.config.as_ref().unwrap_or(&self.config).checked(location)?;
            files.push((file.uri.clone(), options));
        }
        Ok(Batch { output: self.output(settings.write.is_some())?, files })
    }

    fn output(&self, can_store: bool) -> Result<Output, Fault> {
        let invalid = |message| Err(Fault::invalid("INVALID_OUTPUT_CONFIG", message));
        let Some(config) = &self.recognition_output_config else {
            return invalid("Recognition output configuration must be specified.");
        };
        if config
            .output_format_config
            .as_ref()
            .is_some_and(|format| format.vtt.is_some() || format.srt.is_some())
        {
            return invalid("Only the native output format is supported.");
        }
        match (&config.gcs_output_config, &config.inline_response_config) {
            (Some(_), None) if !can_store => {
                invalid("This stand-in is not configured to write transcripts to Cloud Storage.")
            }
            (Some(config), None) => {
                check_folder(&config.uri)?;
                Ok(Output::Stored(config.uri.trim_end_matches('/').to_owned()))
            }
            (None, Some(_)) if self.files.len() == 1 => Ok(Output::Inline),
            (None, Some(_)) => invalid("Inline output is only supported for a single file."),
            _ => invalid("Recognition output configuration must be specified."),
        }
    }
}

/// Checks a URI for output objects. A bucket without a path is valid.
fn check_folder(uri: &str) -> Result<(), Fault> {
    check_uri(&format!("{}/object", uri.trim_end_matches('/')))
}
