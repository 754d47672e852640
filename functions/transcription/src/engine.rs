//! The Speech-to-Text engine: a synchronous call for short recordings, and a batch operation for longer ones.
//! Recordings are passed by the URI of the object. A recording that Speech-to-Text does not read is converted first.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use google_cloud_gax::{error::rpc::Code, options::RequestOptionsBuilder as _, retry_policy::NeverRetry};
use google_cloud_speech_v2::{
    client,
    model::{
        AutoDetectDecodingConfig, BatchRecognizeFileMetadata, BatchRecognizeResponse, GcsOutputConfig,
        OperationMetadata, RecognitionConfig, RecognitionFeatures, RecognitionOutputConfig,
        recognition_features::MultiChannelMode,
    },
};
use google_cloud_wkt::Timestamp;
use shared::{
    base::config::Error,
    cloud::{
        google::GoogleSettings,
        lazy::Lazy,
        storage::{Head, ObjectReader, ObjectWriter, Objects},
    },
    function::Base,
    http::problem::Problem,
    items::{
        Failure, ItemKind,
        languages::{Language, find_language, is_transcribable},
        parts::Text,
        processing::{
            Engine, EngineError, EngineOutput, Job, OperationState, ProcessingSettings, RequestQuota, Shard,
        },
    },
};
use time::OffsetDateTime;
use tokio::runtime::Handle;

use crate::{
    audio, channels,
    convert::{self, Converted, Converter},
    faults::{self, Refusal},
    media::{self, Access, ExamineError},
    models::{Model, Models},
    source::{Part, Recording, Source},
    transcript,
};

shared::settings! {
    /// The connection to Speech-to-Text.
    pub struct EngineSettings {
        /// The recognizer: `projects/{project}/locations/{location}/recognizers/{id}`. Use the id `_` for the default.
        pub recognizer: String = "SPEECH_RECOGNIZER",
        /// The endpoint of Speech-to-Text. Defaults to the endpoint in the region of the recognizer.
        pub endpoint: Option<String> = "SPEECH_ENDPOINT",
        /// The model for transcription. If unset, `chirp_3`, or `chirp_2` for recordings that are too long for
        /// `chirp_3`.
        pub model: Option<String> = "SPEECH_MODEL",
        /// The quota for synchronous calls per minute, which all instances share. 300 is Google's default for a region of a
        /// project (<https://cloud.google.com/speech-to-text/docs/quotas>).
        pub calls_per_minute: NonZeroU32 = "SPEECH_CALLS_PER_MINUTE" or "300",
        /// The quota for starts of batch operations per minute, which all instances share. 150 is Google's default for a
        /// region of a project (<https://cloud.google.com/speech-to-text/docs/quotas>).
        pub batches_per_minute: NonZeroU32 = "SPEECH_BATCHES_PER_MINUTE" or "150",
        /// Seconds after which the conversion of a recording continues in another delivery.
        pub conversion_step_seconds: u16 = "CONVERSION_STEP_SECONDS" or "120",
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
const ONLINE_BYTES_UNKNOWN_LENGTH: u64 = 240_000;
/// The time limit for examining a recording.
const EXAMINE_TIMEOUT: Duration = Duration::from_secs(60);
/// The time after which a delivery that converted a recording leaves the transcription to the next delivery, because
/// the remaining time must be enough for a synchronous call.
const CALL_UNTIL: Duration = Duration::from_secs(40);

/// The engine that calls Speech-to-Text.
#[derive(Clone)]
pub struct Speech {
    /// The clients for the locations of the models.
    clients: BTreeMap<String, Lazy<client::Speech>>,
    models: Models,
    recognizer: Recognizer,
    default_language: String,
    reader: ObjectReader,
    converter: Converter,
    step: Duration,
    calls: RequestQuota,
    batches: RequestQuota,
}

/// A recording that Speech-to-Text reads.
struct EngineInput {
    uri: String,
    bytes: u64,
    duration: Option<Duration>,
    /// True if the recording has several channels that differ, or if that is unknown.
    is_multichannel: bool,
}

impl EngineInput {
    /// Returns whether the recording is short enough for a synchronous call.
    fn is_short(&self) -> bool {
        match self.duration {
            Some(duration) => duration < ONLINE && self.bytes <= ONLINE_BYTES,
            None => self.bytes <= ONLINE_BYTES_UNKNOWN_LENGTH,
        }
    }

    fn duration_seconds(&self) -> Option<f64> {
        self.duration.map(|duration| duration.as_secs_f64())
    }
}

impl Speech {
    pub(crate) fn new(
        settings: &EngineSettings,
        processing: &ProcessingSettings,
        base: &Base,
    ) -> Result<Self, Error> {
        let google = &processing.storage.google;
        google.check()?;
        is_transcribable(&settings.default_language, &())
            .map_err(|error| Error::of("DEFAULT_LANGUAGE", error))?;
        let recognizer = Recognizer::parse(&settings.recognizer)?;
        let models = Models::new(&recognizer.location, recognizer.id == "_", settings.model.as_deref())
            .map_err(|error| Error::of("SPEECH_RECOGNIZER", error))?;
        let clients = models.locations().map(|location| {
            let endpoint = settings.endpoint.clone().unwrap_or_else(|| regional_endpoint(location));
            let google = google.clone();
            let client = Lazy::new(move || build_client(google.clone(), endpoint.clone()));
            (location.to_owned(), client)
        });
        Ok(Self {
            clients: clients.collect(),
            models,
            recognizer,
            default_language: settings.default_language.clone(),
            reader: ObjectReader::new(&processing.storage)?,
            converter: Converter {
                objects: Objects::new(&processing.storage)?,
                writer: ObjectWriter::new(&processing.storage)?,
                bucket: processing.results_bucket.clone(),
            },
            step: Duration::from_secs(settings.conversion_step_seconds.into()),
            calls: RequestQuota::new(
                "speech_calls",
                settings.calls_per_minute,
                base.db.clone(),
                base.clock.clone(),
            ),
            batches: RequestQuota::for_batches(
                "speech_batches",
                settings.batches_per_minute,
                base.db.clone(),
                base.clock.clone(),
            ),
        })
    }

    /// Returns the client for a location. An operation may be in a location that is no longer configured.
    async fn client(&self, location: &str) -> Result<&client::Speech, Problem> {
        let client = self.clients.get(location).or_else(|| self.clients.get(&self.recognizer.location));
        client.ok_or_else(|| Problem::internal(format!("no client for {location}")))?.get().await
    }

    fn config(
        model: &Model,
        times_words: bool,
        language: &Language,
        is_multichannel: bool,
    ) -> RecognitionConfig {
        let mut features = RecognitionFeatures::new()
            .set_enable_word_time_offsets(times_words)
            .set_enable_word_confidence(times_words)
            .set_enable_automatic_punctuation(true);
        if is_multichannel {
            features = features.set_multi_channel_mode(MultiChannelMode::SeparateRecognitionPerChannel);
        }
        RecognitionConfig::new()
            .set_auto_decoding_config(AutoDetectDecodingConfig::new())
            .set_model(&model.name)
            .set_language_codes([language.code])
            .set_features(features)
    }

    /// Makes a synchronous call. The call is not retried here, because `maintenance` repeats the attempt.
    async fn online(&self, language: &Language, recording: &EngineInput) -> Result<Text, Refusal> {
        let permanent = |failure| Refusal::Error(EngineError::Permanent(failure));
        let model = self.models.for_call(language).map_err(permanent)?;
        self.calls.charge(1).await.map_err(Refusal::Error)?;
        let client = self.client(&model.location).await;
        let client = client.map_err(|problem| Refusal::Error(EngineError::Transient(problem)))?;
        let response = client
            .recognize()
            .set_recognizer(self.recognizer.in_location(&model.location))
            .set_config(Self::config(model, true, language, recording.is_multichannel))
            .set_uri(&recording.uri)
            .with_retry_policy(NeverRetry)
            .with_attempt_timeout(CALL_TIMEOUT)
            .send()
            .await
            .map_err(|error| faults::refusal(error, false))?;
        let text = transcript::of_answer(response.results, response.metadata.as_ref());
        Ok(Text { duration_seconds: recording.duration_seconds().or(text.duration_seconds), ..text })
    }

    /// Starts a batch operation and returns its name.
    async fn batch(
        &self,
        language: &Language,
        recording: &EngineInput,
        output: &str,
    ) -> Result<String, EngineError> {
        let model = self.models.for_batch(language, recording.duration).map_err(EngineError::Permanent)?;
        self.batches.charge(1).await?;
        let client = self.client(&model.location).await.map_err(EngineError::Transient)?;
        let output =
            RecognitionOutputConfig::new().set_gcs_output_config(GcsOutputConfig::new().set_uri(output));
        let operation = client
            .batch_recognize()
            .set_recognizer(self.recognizer.in_location(&model.location))
            .set_config(Self::config(model, model.times_words, language, recording.is_multichannel))
            .set_files([BatchRecognizeFileMetadata::new().set_uri(&recording.uri)])
            .set_recognition_output_config(output)
            .with_retry_policy(NeverRetry)
            .send()
            .await
            .map_err(|error| match faults::refusal(error, true) {
                Refusal::Error(error) => error,
                Refusal::TooLong => EngineError::Permanent(faults::too_long(model.longest)),
            })?;
        Ok(operation.name)
    }

    /// Returns the recording in a form that Speech-to-Text reads, converted if necessary. Returns `None` if the
    /// conversion needs another delivery. The limits of the models are checked before a conversion.
    async fn prepare(
        &self,
        job: &Job,
        head: &Head,
        uri: &str,
        language: &Language,
    ) -> Result<Option<EngineInput>, EngineError> {
        let start = Instant::now();
        let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
        let (bucket, object) =
            named.ok_or_else(|| EngineError::Transient(Problem::internal(uri.to_owned())))?;
        let recording = Arc::new(Recording {
            reader: self.reader.clone(),
            bucket: bucket.to_owned(),
            object: object.to_owned(),
            generation: job.generation,
            head: head.clone(),
        });
        let (examined, media_type) = (recording.clone(), job.content_type.clone());
        let runtime = Handle::current();
        let media = tokio::task::spawn_blocking(move || {
            media::examine(&examined, &media_type, &runtime, start + EXAMINE_TIMEOUT)
        });
        let media = match media.await {
            Ok(Ok(media)) => media,
            Ok(Err(ExamineError::Failure(failure))) => return Err(EngineError::Permanent(failure)),
            Ok(Err(ExamineError::Unavailable(error))) => {
                return Err(EngineError::Transient(Problem::unavailable(error)));
            }
            // The reader of the format panicked.
            Err(error) => {
                tracing::error!(%error, "a recording could not be examined");
                return Err(EngineError::Permanent(faults::unreadable()));
            }
        };
        if media.duration.is_some() {
            self.models.for_batch(language, media.duration).map_err(EngineError::Permanent)?;
        }
        let part = match media.access {
            Access::Converted(part) => part,
            Access::Native(part) => {
                return Ok(Some(EngineInput {
                    uri: uri.to_owned(),
                    bytes: recording.size(),
                    duration: media.duration,
                    is_multichannel: media.channels != Some(1)
                        && !has_same_channels(&recording, part, start + self.step).await,
                }));
            }
        };
        let converted = self.converter.step(job, &recording, &part, start + self.step).await?;
        let converted = converted.filter(|_| start.elapsed() < CALL_UNTIL);
        Ok(converted.map(|Converted { object, bytes, duration, channels }| EngineInput {
            uri: format!("gs://{}/{object}", self.converter.bucket),
            bytes,
            duration: Some(duration),
            is_multichannel: channels > 1,
        }))
    }
}

impl Engine for Speech {
    const KIND: ItemKind = ItemKind::Voice;
    const FOLDER: &'static str = "transcription";
    const PREPARED: Option<&'static str> = Some(convert::FOLDER);
    const HEAD_BYTES: u64 = audio::HEAD_BYTES;

    fn detect(job: &Job, head: &Head) -> Option<&'static str> {
        audio::media_type(&job.content_type, &head.bytes)
    }

    fn check(_: &Job, _: &Head) -> Option<Failure> {
        // `read` examines the recording, because some formats describe it at the end of the file.
        None
    }

    async fn read(
        &self,
        job: &Job,
        head: &Head,
        uri: &str,
        output: &str,
    ) -> Result<EngineOutput, EngineError> {
        let language = find_language(job.language.as_ref().unwrap_or(&self.default_language));
        let language = language.ok_or_else(|| EngineError::Permanent(faults::unsupported_language()))?;
        let prepared = Box::pin(self.prepare(job, head, uri, language)).await?;
        let Some(recording) = prepared else { return Ok(EngineOutput::Unfinished) };
        if !job.needs_batch && recording.is_short() {
            match self.online(language, &recording).await {
                Ok(text) => {
                    return require_speech(text).map(EngineOutput::Text).map_err(EngineError::Permanent);
                }
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::TooLong) => {
                    // The duration in the header is wrong.
                    let recording = EngineInput { duration: None, ..recording };
                    let name = self.batch(language, &recording, output).await?;
                    return Ok(EngineOutput::Operation { name, duration_seconds: None });
                }
            }
        }
        let name = self.batch(language, &recording, output).await?;
        Ok(EngineOutput::Operation { name, duration_seconds: recording.duration_seconds() })
    }

    async fn poll(&self, operation: &str) -> Result<OperationState, EngineError> {
        let location = operation.split('/').nth(3).unwrap_or_default();
        let client = self.client(location).await.map_err(EngineError::Transient)?;
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
            // The metadata has no state. An operation without progress may still be in a queue.
            return Ok(match metadata {
                Some(metadata) if metadata.progress_percent == 0 => {
                    OperationState::Queued(metadata.create_time.and_then(instant))
                }
                Some(metadata) => {
                    OperationState::Running(Some(metadata.progress_percent.clamp(0, 100).into()))
                }
                None => OperationState::Running(None),
            });
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

/// Returns true if the channels of a recording are known to be the same, so that the first one suffices: Speech-to-Text
/// charges for each channel.
async fn has_same_channels(recording: &Arc<Recording>, part: Option<Part>, until: Instant) -> bool {
    let Some(part) = part else { return false };
    let source = Source::new(recording.clone(), part, Handle::current(), until);
    // If the decoder panics, it is unknown whether the channels are the same.
    tokio::task::spawn_blocking(move || channels::has_same_channels(source)).await.unwrap_or_default()
}

fn instant(time: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(time.seconds()).ok()
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

/// Returns the endpoint of a location. It accepts no requests for other locations
/// (<https://cloud.google.com/speech-to-text/v2/docs/locations>).
fn regional_endpoint(location: &str) -> String {
    match location {
        "global" => "https://speech.googleapis.com".to_owned(),
        _ => format!("https://{location}-speech.googleapis.com"),
    }
}

/// The name of a recognizer.
#[derive(Debug, Clone)]
struct Recognizer {
    project: String,
    location: String,
    id: String,
}

impl Recognizer {
    fn parse(name: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = name.split('/').collect();
        match parts[..] {
            ["projects", project, "locations", location, "recognizers", id] => {
                Ok(Self { project: project.into(), location: location.into(), id: id.into() })
            }
            _ => Err(Error::of(
                "SPEECH_RECOGNIZER",
                "expected projects/{project}/locations/{location}/recognizers/{id}",
            )),
        }
    }

    fn in_location(&self, location: &str) -> String {
        let Self { project, id, .. } = self;
        format!("projects/{project}/locations/{location}/recognizers/{id}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Recognizer, regional_endpoint};

    #[test]
    fn the_endpoint_is_in_the_location_of_the_recognizer() {
        let recognizer = Recognizer::parse("projects/p/locations/eu/recognizers/_").expect("a recognizer");
        assert_eq!(regional_endpoint(&recognizer.location), "https://eu-speech.googleapis.com");
        assert_eq!(regional_endpoint("global"), "https://speech.googleapis.com");
        let other = recognizer.in_location("europe-west4");
        assert_eq!(other, "projects/p/locations/europe-west4/recognizers/_");
        assert!(Recognizer::parse("recognizers/_").is_err());
    }
}
