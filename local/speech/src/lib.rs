//! A local stand-in for Speech-to-Text v2: `:recognize`, `:batchRecognize` and their operations, implemented
//! with ffmpeg and PocketSphinx.
//!
//! It makes the checks of the real service (bearer token, configuration, size, length, quota) and returns its
//! errors in Google's JSON format. An error in one file of a batch is reported in that file's result. The
//! `reason`s in `google.rpc.ErrorInfo` just describe the case, so callers should rely on code and message.
//!
//! PocketSphinx recognizes American English. Other languages of the real service are accepted, but the result
//! is in English. Batches only support the native output format. Recognizers are not stored: any name is
//! accepted and means the empty recognizer.

mod batch;
mod clock;
mod config;
mod engine;
mod fault;
mod http_api;
mod operation;
mod operations;
mod request;
mod results;
mod settings;
mod source;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use http::StatusCode;
use local_engine::{Controls, Quota};

pub use local_engine::{Resolve, Write};
pub use settings::{Limits, Settings};

use crate::{batch::Batches, engine::Engine};

/// The stand-in for Speech-to-Text. Cheap to clone.
#[derive(Clone)]
pub struct Speech(Arc<Inner>);

struct Inner {
    settings: Settings,
    engine: Engine,
    controls: Controls,
    batches: Batches,
    channels: AtomicU64,
}

impl Speech {
    /// Opens the stand-in on its folder, and resumes the operations that were running when it stopped. Requires
    /// a Tokio runtime.
    ///
    /// # Errors
    /// When the work folder cannot be created or read.
    pub fn open(settings: Settings) -> io::Result<Self> {
        let engine = Engine::open(&settings)?;
        let batches = Batches::open(&settings.work_folder)?;
        let controls = Controls::new(Quota {
            service: fault::SERVICE,
            metric: "Recognize requests",
            per_minute: settings.limits.requests_per_minute,
        });
        let service =
            Self(Arc::new(Inner { settings, engine, controls, batches, channels: AtomicU64::default() }));
        batch::resume(&service);
        Ok(service)
    }

    /// Returns the routes below `/v2/projects/{project}/locations/{location}/`.
    pub fn router(&self) -> Router {
        http_api::router(self.clone())
    }

    /// Stops the running operations. The next [`Speech::open`] resumes them.
    pub fn stop(&self) {
        self.0.batches.stop();
    }

    /// Returns the Debian packages that recognition needs and that are not installed.
    #[must_use]
    pub fn missing_tools() -> Vec<&'static str> {
        engine::missing_tools()
    }

    /// Returns the number of audio files that reached the engine, or the text that replaces it.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.controls.calls()
    }

    /// Returns the number of channels that were recognized. The service charges for each.
    #[must_use]
    pub fn channels(&self) -> u64 {
        self.0.channels.load(Ordering::Relaxed)
    }

    fn count_channels(&self, count: usize) {
        self.0.channels.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// For tests: makes the next `count` authenticated `:recognize` and `:batchRecognize` calls fail with
    /// `status`, in Google's JSON format.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.0.controls.fail_next(count, status);
    }

    /// For tests: makes the next `count` operations fail when they start their work.
    pub fn fail_next_operations(&self, count: u32) {
        self.0.controls.fail_next_operations(count);
    }

    /// For tests: makes this percentage of authenticated calls, including polls, fail with 500 or 503.
    pub fn fail_rate(&self, percent: u8) {
        self.0.controls.fail_rate(percent);
    }

    /// For tests: keeps operations in the queue, without progress, until they are released.
    pub fn hold_operations(&self, held: bool) {
        self.0.controls.hold_operations(held);
    }

    /// For tests: delays the work of every call and of every operation.
    pub fn set_delay(&self, delay: Duration) {
        self.0.controls.set_delay(delay);
    }

    /// For benchmarks: responds to every valid call at once with this text, without reading the audio and
    /// without a quota. `None` restores recognition.
    pub fn instant(&self, text: Option<&str>) {
        self.0.controls.set_instant(text);
    }
}
