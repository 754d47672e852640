//! `transcription`: transcribes uploaded voice samples with Speech-to-Text.
//!
//! [`shared::items::processing`] implements the processing of deliveries. This crate implements the engine: it makes
//! the requests to Speech-to-Text and interprets the responses:
//!
//! ```text
//! finalize event ──> lease ──> conversion, if needed ──> :recognize, or :batchRecognize and its output ──> segments
//! ```
//!
//! `engine` calls Speech-to-Text with the model that `models` chooses, `transcript` reads its responses, and `faults`
//! interprets its errors. `media` and `audio` examine a recording. `convert` converts a recording that Speech-to-Text
//! does not read, with `decode` and `resample`.

mod audio;
mod channels;
mod convert;
mod decode;
mod engine;
mod faults;
mod media;
mod models;
mod resample;
mod source;
mod transcript;

use std::time::Duration;

use shared::{
    base::config::Error,
    cloud::names::{DELIVERY_TIMEOUT, Subscription},
    function::{Base, Function},
    http::routes::Routes,
    items::processing::{Processing, ProcessingSettings},
};

use crate::engine::{EngineSettings, Speech};

shared::settings! {
    /// The settings of the function `transcription`.
    pub struct TranscriptionSettings {
    }
    with {
        /// The settings that all processing functions share.
        pub processing: ProcessingSettings,
        /// The connection to Speech-to-Text.
        pub engine: EngineSettings,
    }
}

/// The function `transcription`.
pub struct Transcription;

impl Function for Transcription {
    const NAME: &'static str = "transcription";
    const REQUEST_TIMEOUT: Option<Duration> = Some(DELIVERY_TIMEOUT);

    type Settings = TranscriptionSettings;
    type State = Processing<Speech>;

    fn subscriptions() -> Vec<Subscription> {
        Self::State::subscriptions()
    }

    fn routes() -> Routes<Self::State> {
        Self::State::routes()
    }

    fn state(settings: TranscriptionSettings, base: Base) -> Result<Self::State, Error> {
        let engine = Speech::new(&settings.engine, &settings.processing, &base)?;
        Processing::new(settings.processing, engine, base.db, base.clock)
    }
}
