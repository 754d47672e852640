//! `transcription`: transcribes uploaded voice samples with Speech-to-Text.
//!
//! What a delivery leads to is [`shared::items::processing`]; here is what Speech-to-Text is asked and what it answers.

mod audio;
mod engine;
mod faults;
mod transcript;

use std::time::Duration;

use shared::{
    base::config::Error,
    cloud::names::{DELIVERY_TIMEOUT, Subscription},
    function::{Base, Function},
    items::processing::{Processing, ProcessingSettings},
};
use utoipa_axum::router::OpenApiRouter;

use crate::engine::{EngineSettings, Speech};

shared::settings! {
    /// The settings of `transcription`.
    pub struct TranscriptionSettings {
    }
    with {
        /// Everything but the engine.
        pub processing: ProcessingSettings,
        /// Speech-to-Text.
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

    fn routes() -> OpenApiRouter<Self::State> {
        Self::State::routes()
    }

    fn state(settings: TranscriptionSettings, base: Base) -> Result<Self::State, Error> {
        let engine = Speech::new(&settings.engine, &settings.processing.storage.google)?;
        Processing::new(settings.processing, engine, base.db, base.clock)
    }
}
