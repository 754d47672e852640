//! `ocr`: recognizes the text of uploaded documents with Document AI.
//!
//! [`shared::items::processing`] implements the processing of deliveries. This crate implements the engine: it makes
//! the requests to Document AI and interprets the responses:
//!
//! ```text
//! finalize event ──> lease ──> :process, or :batchProcess and its output ──> pages ──> pending review
//! ```
//!
//! `engine` calls Document AI, and `pages` reads its responses. `sniff` detects the media type of a file from its first
//! bytes, and `placeholder` recognizes PDFs that have a placeholder page instead of their content.

mod engine;
mod pages;
mod placeholder;
mod sniff;

use std::time::Duration;

use shared::{
    base::config::Error,
    cloud::names::{DELIVERY_TIMEOUT, Subscription},
    function::{Base, Function},
    http::routes::Routes,
    items::processing::{Processing, ProcessingSettings},
};

use crate::engine::{DocumentAi, EngineSettings};

shared::settings! {
    /// The settings of the function `ocr`.
    pub struct OcrSettings {
    }
    with {
        /// The settings that all processing functions share.
        pub processing: ProcessingSettings,
        /// The connection to Document AI.
        pub engine: EngineSettings,
    }
}

/// The function `ocr`.
pub struct Ocr;

impl Function for Ocr {
    const NAME: &'static str = "ocr";
    const REQUEST_TIMEOUT: Option<Duration> = Some(DELIVERY_TIMEOUT);

    type Settings = OcrSettings;
    type State = Processing<DocumentAi>;

    fn subscriptions() -> Vec<Subscription> {
        Self::State::subscriptions()
    }

    fn routes() -> Routes<Self::State> {
        Self::State::routes()
    }

    fn state(settings: OcrSettings, base: Base) -> Result<Self::State, Error> {
        let engine = DocumentAi::new(&settings.engine, &settings.processing.storage.google, &base)?;
        Processing::new(settings.processing, engine, base.db, base.clock)
    }
}
