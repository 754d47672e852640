//! Document AI on one machine: the `:process` and `:batchProcess` methods of its REST interface, answered by
//! tesseract and poppler.
//!
//! It checks what the real service checks (bearer token, types, sizes, page limits, quota) and fails as it
//! fails, in Google's JSON. Of the `reason`s in `google.rpc.ErrorInfo`, `PAGE_LIMIT_EXCEEDED` is the real
//! service's; the others only name the case, and callers should decide by code and message.
//!
//! A batch is an operation that reads in the background, page by page, and writes its documents in shards
//! once all of them are there. It is kept in a file, so that a restart runs it again.
//!
//! The engine knows nothing of HTTP: [`DocumentAi::recognise`] turns a file into a [`Document`].

mod batch;
mod document;
mod engine;
mod fault;
mod http_api;
mod mask;
mod media;
mod request;
mod settings;
mod source;
mod word_error_rate;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::Router;
use http::StatusCode;
use local_engine::{Controls, Quota};

pub use batch::OperationCounts;
pub use document::Document;
pub use engine::Wanted;
pub use fault::Fault;
pub use local_engine::{Resolve, Write};
pub use media::MediaType;
pub use request::PageChoice;
pub use settings::{Limits, List, Settings};
pub use word_error_rate::word_error_rate;

use crate::{batch::Operations, engine::Engine};

/// The stand-in for Document AI; cheap to clone.
#[derive(Clone)]
pub struct DocumentAi(Arc<Inner>);

struct Inner {
    settings: Settings,
    engine: Engine,
    controls: Controls,
    instant_pages: AtomicUsize,
    operations: Operations,
}

impl DocumentAi {
    /// Makes a stand-in. Operations that an earlier one left unfinished run again, which needs a tokio
    /// runtime; nothing else runs before the first request.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let engine = Engine::new(&settings);
        let controls = Controls::new(Quota {
            service: fault::SERVICE,
            metric: "Online process requests",
            per_minute: settings.limits.requests_per_minute,
        });
        let (operations, unfinished) = Operations::open(&settings);
        let service = Self(Arc::new(Inner {
            settings,
            engine,
            controls,
            instant_pages: AtomicUsize::new(1),
            operations,
        }));
        for operation in unfinished {
            batch::resume(&service, operation);
        }
        service
    }

    /// The routes below `/v1/projects/{project}/locations/{location}/`: processors and operations.
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

    /// How many operations there were.
    #[must_use]
    pub fn operations(&self) -> OperationCounts {
        self.0.operations.counts()
    }

    /// For tests: the next `count` authenticated calls to a processor are answered with `status`, in Google's JSON.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.0.controls.fail_next(count, status);
    }

    /// For tests: that share of the authenticated calls to a processor is answered with 500 or 503.
    pub fn fail_rate(&self, percent: u8) {
        self.0.controls.fail_rate(percent);
    }

    /// For tests: the next `count` operations end with INTERNAL, without output.
    pub fn fail_next_operations(&self, count: u32) {
        self.0.controls.fail_next_operations(count);
    }

    /// For tests: every `:process` call and every operation waits this long before its work begins.
    pub fn set_delay(&self, delay: Duration) {
        self.0.controls.set_delay(delay);
    }

    /// For benchmarks: answers every well-formed call at once with this text, without reading the file and
    /// without the minute's quota; `None` goes back to reading. Batches write it as they would what was read,
    /// and still count towards their quota.
    pub fn instant(&self, text: Option<&str>) {
        self.0.controls.set_instant(text);
    }

    /// For benchmarks: the instant text is on each of so many pages, one unless set.
    pub fn set_instant_pages(&self, pages: usize) {
        self.0.instant_pages.store(pages.max(1), Ordering::Relaxed);
    }
}

impl Inner {
    /// The text that stands in for reading, and on how many pages.
    fn instant(&self) -> Option<(String, usize)> {
        Some((self.controls.instant()?, self.instant_pages.load(Ordering::Relaxed)))
    }
}
