//! `ocr`: reads the text of documents whose bytes arrived.
//!
//! What a delivery leads to is [`shared::items::processing`]; here is what Document AI is asked and what it answers.

mod engine;
mod pages;
mod sniff;

use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
    },
    http::server::Service,
    items::processing::{self, ProcessingSettings},
};

use crate::engine::{DocumentAi, EngineSettings};

shared::settings! {
    /// What `ocr` is configured with.
    pub struct OcrSettings {
    }
    with {
        /// Everything but the engine.
        pub processing: ProcessingSettings,
        /// Document AI.
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
    let settings = OcrSettings::from_env(env)?;
    let engine = DocumentAi::new(&settings.engine, &settings.processing.storage.google)?;
    processing::service(settings.processing, engine, clock)
}
