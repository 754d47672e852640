//! `transcription`: turns voice samples whose bytes arrived into text.
//!
//! What a delivery leads to is [`shared::items::processing`]; here is what Speech-to-Text is asked and what it answers.

mod audio;
mod engine;
mod faults;
mod transcript;

use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
    },
    http::server::Service,
    items::processing::{self, ProcessingSettings},
};

use crate::engine::{EngineSettings, Speech};

shared::settings! {
    /// What `transcription` is configured with.
    pub struct TranscriptionSettings {
    }
    with {
        /// Everything but the engine.
        pub processing: ProcessingSettings,
        /// Speech-to-Text.
        pub engine: EngineSettings,
    }
}

/// The function, ready to be served.
///
/// # Errors
/// Names every variable that is missing or wrong.
pub async fn service(env: &Env) -> Result<Service, Error> {
    service_at(env, Clock::default()).await
}

/// The function with a clock that can be moved.
///
/// # Errors
/// Names every variable that is missing or wrong.
#[allow(clippy::unused_async, reason = "every function is built the same way")]
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = TranscriptionSettings::from_env(env)?;
    let engine = Speech::new(&settings.engine, &settings.processing.storage.google)?;
    processing::service(settings.processing, engine, clock)
}
