//! The configuration of the stand-in.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use local_engine::{Resolve, Write};
use local_identity::Identity;

/// The configuration of the stand-in.
#[derive(Clone)]
pub struct Settings {
    /// The identity whose bearer tokens are accepted.
    pub identity: Identity,
    /// Returns the file of a `gs://` URI.
    pub resolve: Resolve,
    /// Writes the transcripts of batches. Without it, batches only support inline results.
    pub write: Option<Write>,
    /// The number of audio segments that are recognized at the same time, over all requests.
    pub concurrency: usize,
    /// The folder for operations, and for audio while it is recognized. It is created if it does not exist.
    /// Only one process at a time may use it.
    pub work_folder: PathBuf,
    /// The search path for ffmpeg and PocketSphinx in the format of `PATH`. `None` uses `PATH`.
    pub tool_path: Option<OsString>,
    /// The folder of PocketSphinx's `en-us` model. `None` searches the usual folders.
    pub model_folder: Option<PathBuf>,
    /// The limits of the service.
    pub limits: Limits,
}

impl Settings {
    /// Creates settings with Google's limits and without a writer for transcripts.
    #[must_use]
    pub fn new(identity: Identity, resolve: Resolve, concurrency: usize, work_folder: PathBuf) -> Self {
        Self {
            identity,
            resolve,
            write: None,
            concurrency,
            work_folder,
            tool_path: None,
            model_folder: None,
            limits: Limits::default(),
        }
    }
}

/// The limits of the service (<https://cloud.google.com/speech-to-text/v2/quotas>).
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest audio of a `:recognize` call.
    pub sync_length: Duration,
    /// The size of the audio of a `:recognize` call, in bytes.
    pub sync_bytes: u64,
    /// The number of files in a batch.
    pub batch_files: usize,
    /// The longest audio of a file in a batch.
    pub batch_length: Duration,
    /// The number of operations running at the same time. More are rejected.
    pub concurrent_batches: usize,
    /// The number of `:recognize` and `:batchRecognize` calls per minute. `None` means no quota.
    pub requests_per_minute: Option<u32>,
    /// The time limit of one step, such as decoding a second or recognizing a segment.
    pub step_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sync_length: Duration::from_secs(60),
            sync_bytes: 10 << 20,
            batch_files: 15,
            batch_length: Duration::from_secs(8 * 3600),
            concurrent_batches: 10,
            requests_per_minute: Some(300),
            step_time: Duration::from_secs(120),
        }
    }
}
