//! A local stand-in for Document AI: the `:process` and `:batchProcess` methods of its REST API, implemented
//! with Tesseract and Poppler.
//!
//! It makes the checks of the real service (bearer token, processor version, types, sizes, page limits, options, quota)
//! and returns its errors in Google's JSON format. Of the `reason`s in `google.rpc.ErrorInfo`, only `PAGE_LIMIT_EXCEEDED`
//! exists in the real service. The others just describe the case, so callers should rely on code and message.
//!
//! A batch is an operation that reads documents in the background, page by page, and writes each document in
//! shards once all of its pages are read. Operations are stored in files, and a restart runs unfinished ones
//! again.
//!
//! The engine is independent of HTTP: [`DocumentAi::recognize`] turns a file into a [`Document`].

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
pub use engine::ReadOptions;
pub use fault::Fault;
pub use local_engine::{Resolve, Write};
pub use media::MediaType;
pub use request::PageChoice;
pub use settings::{Limits, List, Settings};
pub use word_error_rate::word_error_rate;

use crate::{batch::Operations, engine::Engine};

/// The stand-in for Document AI. Cheap to clone.
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
    /// Creates a stand-in. It runs the unfinished operations of an earlier one again, which requires a Tokio
    /// runtime. Nothing else runs before the first request.
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

    /// Returns the routes below `/v1/projects/{project}/locations/{location}/`: processors and operations.
    pub fn router(&self) -> Router {
        http_api::router(self.clone())
    }

    /// Recognizes the text of a local file.
    ///
    /// # Errors
    /// A [`Fault`] with the error that Google would return.
    pub async fn recognize(
        &self,
        file: &Path,
        media_type: MediaType,
        options: &ReadOptions,
    ) -> Result<Document, Fault> {
        self.0.engine.recognize(file, media_type, options).await
    }

    /// Returns the Debian packages that recognition needs and that are not installed.
    #[must_use]
    pub fn missing_tools() -> Vec<&'static str> {
        engine::missing_tools()
    }

    /// Returns the number of `:process` calls that reached the engine, or the text that replaces it.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.controls.calls()
    }

    /// Returns counts of the operations.
    #[must_use]
    pub fn operations(&self) -> OperationCounts {
        self.0.operations.counts()
    }

    /// For tests: makes the next `count` authenticated calls to a processor fail with `status`, in Google's
    /// JSON format.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.0.controls.fail_next(count, status);
    }

    /// For tests: makes this percentage of the authenticated calls to a processor fail with 500 or 503.
    pub fn fail_rate(&self, percent: u8) {
        self.0.controls.fail_rate(percent);
    }

    /// For tests: makes the next `count` operations end with `INTERNAL`, without output.
    pub fn fail_next_operations(&self, count: u32) {
        self.0.controls.fail_next_operations(count);
    }

    /// For tests: keeps operations in the queue, with the state `WAITING`, until they are released.
    pub fn hold_operations(&self, held: bool) {
        self.0.controls.hold_operations(held);
    }

    /// For tests: delays the work of every `:process` call and every operation.
    pub fn set_delay(&self, delay: Duration) {
        self.0.controls.set_delay(delay);
    }

    /// For benchmarks: responds to every valid call at once with this text, without reading the file and
    /// without the quota per minute. `None` restores recognition. Batches write the text as their output, and
    /// still count towards their quota.
    pub fn instant(&self, text: Option<&str>) {
        self.0.controls.set_instant(text);
    }

    /// For benchmarks: sets the number of pages that have the instant text. The default is one.
    pub fn set_instant_pages(&self, pages: usize) {
        self.0.instant_pages.store(pages.max(1), Ordering::Relaxed);
    }
}

impl Inner {
    /// Returns the text that replaces recognition, and its number of pages.
    fn instant(&self) -> Option<(String, usize)> {
        Some((self.controls.instant()?, self.instant_pages.load(Ordering::Relaxed)))
    }
}
