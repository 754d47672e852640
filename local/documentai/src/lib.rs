//! Document AI on one machine: the `:process` methods of its REST interface, answered by tesseract and poppler.
//!
//! It checks what the real service checks (bearer token, types, sizes, page limits, quota) and fails as it
//! fails, in Google's JSON. Of the `reason`s in `google.rpc.ErrorInfo`, `PAGE_LIMIT_EXCEEDED` is the real
//! service's; the others only name the case, and callers should decide by code and message.
//!
//! The engine knows nothing of HTTP: [`DocumentAi::recognise`] turns a file into a [`Document`].

mod controls;
mod document;
mod engine;
mod fault;
mod http_api;
mod media;
mod request;
mod settings;
mod source;
mod word_error_rate;

use std::{path::Path, sync::Arc, time::Duration};

use axum::Router;
use http::StatusCode;

pub use document::Document;
pub use engine::Wanted;
pub use fault::Fault;
pub use media::MediaType;
pub use request::PageChoice;
pub use settings::{Limits, Resolve, Settings};
pub use word_error_rate::word_error_rate;

use crate::{controls::Controls, engine::Engine};

/// The stand-in for Document AI; cheap to clone.
#[derive(Clone)]
pub struct DocumentAi(Arc<Inner>);

struct Inner {
    settings: Settings,
    engine: Engine,
    controls: Controls,
}

impl DocumentAi {
    /// Makes a stand-in; nothing runs before the first request.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let engine = Engine::new(&settings);
        let controls = Controls::new(settings.limits.requests_per_minute);
        Self(Arc::new(Inner { settings, engine, controls }))
    }

    /// The routes below `/v1/projects/{project}/locations/{location}/processors/`.
    pub fn router(&self) -> Router {
        http_api::router(self.clone())
    }

    /// Reads the text of a local file.
    ///
    /// # Errors
    /// A [`Fault`] as Google would answer it.
    pub async fn recognise(
        &self,
        file: &Path,
        media_type: MediaType,
        wanted: &Wanted,
    ) -> Result<Document, Fault> {
        self.0.engine.recognise(file, media_type, wanted).await
    }

    /// The Debian packages that recognition needs and that are not installed.
    #[must_use]
    pub fn missing_tools() -> Vec<&'static str> {
        engine::missing_tools()
    }

    /// How many `:process` calls reached the engine, or the text that stands in for it.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.controls.calls()
    }

    /// For tests: the next `count` authenticated calls are answered with `status`, in Google's JSON.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.0.controls.fail_next(count, status);
    }

    /// For tests: every call waits this long before its work begins.
    pub fn set_delay(&self, delay: Duration) {
        self.0.controls.set_delay(delay);
    }

    /// For benchmarks: answers every well-formed call at once with this text, without reading the file and
    /// without a quota; `None` goes back to reading.
    pub fn instant(&self, text: Option<&str>) {
        self.0.controls.set_instant(text);
    }
}
