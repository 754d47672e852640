//! Speech-to-Text v2 on one machine: `:recognize`, `:batchRecognize` and their operations, answered by ffmpeg
//! and PocketSphinx.
//!
//! It checks what the real service checks (bearer token, configuration, size, length, quota) and fails as it
//! fails, in Google's JSON; what is wrong with one file of a batch is said in that file's result. The
//! `reason`s in `google.rpc.ErrorInfo` only name the case: callers should decide by code and message.
//!
//! PocketSphinx hears American English. Any other language that the real service knows is accepted, and
//! answered with the English that was heard. Of the outputs of a batch there is the native one; recognizers
//! are not kept, so any name will do and means the empty one.

mod answer;
mod batch;
mod clock;
mod config;
mod engine;
mod fault;
mod http_api;
mod operation;
mod operations;
mod request;
mod settings;
mod source;

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use http::StatusCode;
use local_engine::{Controls, Quota};

pub use local_engine::{Resolve, Write};
pub use settings::{Limits, Settings};

use crate::{batch::Batches, engine::Engine};

/// The stand-in for Speech-to-Text; cheap to clone.
#[derive(Clone)]
pub struct Speech(Arc<Inner>);

struct Inner {
    settings: Settings,
    engine: Engine,
    controls: Controls,
    batches: Batches,
}

impl Speech {
    /// Opens the stand-in on its folder, and takes up the operations that were running when it was left. It
    /// has to be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the work folder cannot be made or read.
    pub fn open(settings: Settings) -> io::Result<Self> {
        let engine = Engine::open(&settings)?;
        let batches = Batches::open(&settings.work_folder)?;
        let controls = Controls::new(Quota {
            service: fault::SERVICE,
            metric: "Recognize requests",
            per_minute: settings.limits.requests_per_minute,
        });
        let service = Self(Arc::new(Inner { settings, engine, controls, batches }));
        batch::resume(&service);
        Ok(service)
    }

    /// The routes below `/v2/projects/{project}/locations/{location}/`.
    pub fn router(&self) -> Router {
        http_api::router(self.clone())
    }

    /// Stops the running operations where they are; the next [`Speech::open`] takes them up again.
    pub fn stop(&self) {
        self.0.batches.stop();
    }

    /// The Debian packages that recognition needs and that are not installed.
    #[must_use]
    pub fn missing_tools() -> Vec<&'static str> {
        engine::missing_tools()
    }

    /// How many audio files reached the engine, or the text that stands in for it.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.controls.calls()
    }

    /// For tests: the next `count` authenticated `:recognize` and `:batchRecognize` calls are answered with
    /// `status`, in Google's JSON.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.0.controls.fail_next(count, status);
    }

    /// For tests: the next `count` operations that begin their work end with an error.
    pub fn fail_next_operations(&self, count: u32) {
        self.0.controls.fail_next_operations(count);
    }

    /// For tests: so many of a hundred authenticated calls, polls too, are answered with 500 or 503; 0 ends it.
    pub fn fail_rate(&self, percent: u8) {
        self.0.controls.fail_rate(percent);
    }

    /// For tests: every call, and every operation after its call, waits this long before its work begins.
    pub fn set_delay(&self, delay: Duration) {
        self.0.controls.set_delay(delay);
    }

    /// For benchmarks: answers every well-formed call at once with this text, without reading the audio and
    /// without a quota; `None` goes back to listening.
    pub fn instant(&self, text: Option<&str>) {
        self.0.controls.set_instant(text);
    }
}
