//! The Speech-to-Text engine: a synchronous call for short recordings, and a batch operation for longer ones.
//! Recordings are passed by the URI of the object.

use std::time::Duration;

use google_cloud_gax::{error::rpc::Code, options::RequestOptionsBuilder as _, retry_policy::NeverRetry};
use google_cloud_speech_v2::{
    client,
    model::{
        AutoDetectDecodingConfig, BatchRecognizeFileMetadata, BatchRecognizeResponse, GcsOutputConfig,
        OperationMetadata, RecognitionConfig, RecognitionFeatures, RecognitionOutputConfig,
    },
};
use shared::{
    base::{config::Error, text::is_language},
    cloud::{google::GoogleSettings, lazy::Lazy, storage::Head},
    http::problem::Problem,
    items::{
        Failure, ItemKind,
        parts::Text,
        processing::{Engine, EngineError, Job, OperationState, Reading, Shard},
    },
};

use crate::{
    audio::{self, Sound},
    faults::{self, Refusal},
    transcript,
};

shared::settings! {
    /// The connection to Speech-to-Text.
    pub struct EngineSettings {
        /// The recognizer: `projects/{project}/locations/{location}/recognizers/{id}`. Use the id `_` for the default.
        pub recognizer: String = "SPEECH_RECOGNIZER",
        /// The endpoint of Speech-to-Text. Defaults to the endpoint in the region of the recognizer.
        pub endpoint: Option<String> = "SPEECH_ENDPOINT",
        /// The model for transcription.
        pub model: String = "SPEECH_MODEL" or "long",
        /// The language (BCP 47) of voice samples without a language of their own or of their project.
        pub default_language: String = "DEFAULT_LANGUAGE" or "en-US",
    }
}

/// The timeout of a synchronous call.
const CALL_TIMEOUT: Duration = Duration::from_secs(240);
/// The maximum duration for a synchronous call. Speech-to-Text accepts a minute and 10 MB
/// (<https://cloud.google.com/speech-to-text/v2/quotas>). The margin allows for imprecise headers.
const ONLINE: Duration = Duration::from_secs(55);
const ONLINE_BYTES: u64 = 10_000_000;
/// The maximum size for a synchronous call if the duration is unknown: a minute at 32 kbit/s, a low bit rate for
/// speech. If the recording is too long, the call is refused at no charge.
const ONLINE_BYTES_UNTOLD: u64 = 240_000;
/// The maximum duration of a recording for a batch operation.
const LONGEST: Duration = Duration::from_secs(8 * 3600);

/// The engine that calls Speech-to-Text.
#[derive(Clone)]
pub struct Speech {
    client: Lazy<client::Speech>,
    recognizer: String,
    model: String,
    default_language: String,
}

impl Speech {
    pub(crate) fn new(settings: &EngineSettings, google: &GoogleSettings) -> Result<Self, Error> {
        google.check()?;
        is_language(&settings.default_language, &()).map_err(|error| Error::of("DEFAULT_LANGUAGE", error))?;
        let own = regional_endpoint(&settings.recognizer)?;
        let endpoint = settings.endpoint.clone().unwrap_or(own);
        let google = google.clone();
        let client = Lazy::new(move || build_client(google.clone(), endpoint.clone()));
        Ok(Self {
            client,
            recognizer: settings.recognizer.clone(),
            model: settings.model.clone(),
            default_language: settings.default_language.clone(),
        })
    }

    fn config(&self, job: &Job) -> RecognitionConfig {
        let features = RecognitionFeatures::new()
            .set_enable_word_time_offsets(true)
            .set_enable_word_confidence(true)
            .set_enable_automatic_punctuation(true);
        RecognitionConfig::new()
            .set_auto_decoding_config(AutoDetectDecodingConfig::new())
            .set_model(&self.model)
            .set_language_codes([job.language.as_ref().unwrap_or(&self.default_language)])
            .set_features(features)
    }

    /// Makes a synchronous call. It is not retried here, because `maintenance` repeats the attempt.
    async fn online(&self, job: &Job, uri: &str) -> Result<Text, Refusal> {
        let client =
            self.client.get().await.map_err(|problem| Refusal::Error(EngineError::Transient(problem)))?;
        let response = client
            .recognize()
            .set_recognizer(&self.recognizer)
            .set_config(self.config(job))
            .set_uri(uri)
            .with_retry_policy(NeverRetry)
            .with_attempt_timeout(CALL_TIMEOUT)
            .send()
            .await
            .map_err(|error| faults::refusal(error, false))?;
        Ok(transcript::of_answer(response.results, response.metadata.as_ref()))
    }

    async fn batch(&self, job: &Job, uri: &str, output: &str) -> Result<String, EngineError> {
        let client = self.client.get().await.map_err(EngineError::Transient)?;
        let output =
            RecognitionOutputConfig::new().set_gcs_output_config(GcsOutputConfig::new().set_uri(output));
        let operation = client
            .batch_recognize()
            .set_recognizer(&self.recognizer)
            .set_config(self.config(job))
            .set_files([BatchRecognizeFileMetadata::new().set_uri(uri)])
            .set_recognition_output_config(output)
            .with_retry_policy(NeverRetry)
            .send()
            .await
            .map_err(|error| match faults::refusal(error, true) {
                Refusal::Error(error) => error,
                Refusal::TooLong => EngineError::Permanent(faults::too_long()),
            })?;
        Ok(operation.name)
    }
}

impl Engine for Speech {
    const KIND: ItemKind = ItemKind::Voice;
    const FOLDER: &'static str = "transcription";
    const HEAD_BYTES: u64 = audio::HEAD_BYTES;

    fn detect(job: &Job, head: &Head) -> Option<&'static str> {
        audio::media_type(&job.content_type, &head.bytes)
    }

    fn check(job: &Job, head: &Head) -> Option<Failure> {
        match sound(job, head) {
            Sound::Absent => Some(faults::no_speech()),
            Sound::Impossible => Some(faults::unreadable()),
            Sound::Lasts(length) => (length > LONGEST).then(faults::too_long),
            Sound::Untold => None,
        }
    }

    async fn read(&self, job: &Job, head: &Head, uri: &str, output: &str) -> Result<Reading, EngineError> {
        if !job.needs_batch && is_short(job, head) {
            match self.online(job, uri).await {
                Ok(text) => return require_speech(text).map(Reading::Text).map_err(EngineError::Permanent),
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::TooLong) => {}
            }
        }
        self.batch(job, uri, output).await.map(Reading::Operation)
    }

    async fn poll(&self, operation: &str) -> Result<OperationState, EngineError> {
        let client = self.client.get().await.map_err(EngineError::Transient)?;
        let found =
            match client.get_operation().set_name(operation).with_retry_policy(NeverRetry).send().await {
                Ok(found) => found,
                Err(error) if error.status().is_some_and(|status| status.code == Code::NotFound) => {
                    return Ok(OperationState::Lost);
                }
                Err(error) => return Err(EngineError::Transient(Problem::unavailable(error))),
            };
        let metadata: Option<OperationMetadata> =
            found.metadata.as_ref().and_then(|metadata| metadata.to_msg().ok());
        if !found.done {
            let percent = metadata.map(|metadata| metadata.progress_percent.clamp(0, 100).into());
            return Ok(OperationState::Running(percent));
        }
        // The error of the file is more specific than the error of the operation.
        let response: Option<BatchRecognizeResponse> =
            found.response().and_then(|response| response.to_msg().ok());
        let results = response.map(|response| response.results).unwrap_or_default();
        let files = metadata.as_ref().and_then(|metadata| metadata.batch_recognize_metadata());
        let error = results
            .into_values()
            .find_map(|result| result.error)
            .or_else(|| files?.transcription_metadata.values().find_map(|file| file.error.clone()))
            .or_else(|| found.error().map(|error| (**error).clone()));
        let Some(error) = error else { return Ok(OperationState::Succeeded) };
        match faults::failure(Code::from(error.code), &error.message) {
            Some(failure) => Err(EngineError::Permanent(failure)),
            None => {
                tracing::warn!(code = error.code, cause = error.message, "an operation failed");
                Ok(OperationState::Lost)
            }
        }
    }

    fn shard(object: &str, output: &[u8]) -> Result<Shard, EngineError> {
        let text = transcript::of_output(output).map_err(|error| {
            EngineError::Unusable(Problem::internal(format!("{object} is not a transcript: {error}")))
        })?;
        // A batch has one file, so its output is one shard.
        Ok(Shard { index: 0, count: 1, text: require_speech(text).map_err(EngineError::Permanent)? })
    }
}

fn sound(job: &Job, head: &Head) -> Sound {
    audio::sound(&job.content_type, &head.bytes, head.size_bytes.unsigned_abs())
}

/// Returns whether a recording is short enough for a synchronous call.
fn is_short(job: &Job, head: &Head) -> bool {
    let bytes = head.size_bytes.unsigned_abs();
    match sound(job, head) {
        Sound::Lasts(length) => length < ONLINE && bytes <= ONLINE_BYTES,
        _ => bytes <= ONLINE_BYTES_UNTOLD,
    }
}

/// Returns the text, or a failure if there is no speech.
fn require_speech(text: Text) -> Result<Text, Failure> {
    if text.parts.is_empty() { Err(faults::no_speech()) } else { Ok(text) }
}

async fn build_client(google: GoogleSettings, endpoint: String) -> Result<client::Speech, Error> {
    client::Speech::builder()
        .with_credentials(google.credentials()?)
        .with_endpoint(endpoint)
        .build()
        .await
        .map_err(|error| Error::of("SPEECH_ENDPOINT", error))
}

/// Returns the endpoint in the region of the recognizer, which accepts no requests from others
/// (<https://cloud.google.com/speech-to-text/v2/docs/locations>).
fn regional_endpoint(recognizer: &str) -> Result<String, Error> {
    let parts: Vec<&str> = recognizer.split('/').collect();
    match parts[..] {
        ["projects", _, "locations", "global", "recognizers", _] => {
            Ok("https://speech.googleapis.com".to_owned())
        }
        ["projects", _, "locations", location, "recognizers", _] => {
            Ok(format!("https://{location}-speech.googleapis.com"))
        }
        _ => Err(Error::of(
            "SPEECH_RECOGNIZER",
            "expected projects/{project}/locations/{location}/recognizers/{id}",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::regional_endpoint;

    #[test]
    fn the_endpoint_is_in_the_region_of_the_recognizer() {
        let endpoint =
            |location: &str| regional_endpoint(&format!("projects/p/locations/{location}/recognizers/_"));
        assert_eq!(endpoint("eu").expect("an endpoint"), "https://eu-speech.googleapis.com");
        assert_eq!(endpoint("global").expect("an endpoint"), "https://speech.googleapis.com");
        assert!(regional_endpoint("recognizers/_").is_err());
    }
}
