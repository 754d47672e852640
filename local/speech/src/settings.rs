//! What the stand-in is made with.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use local_engine::{Resolve, Write};
use local_identity::Identity;

/// What the stand-in is made with.
#[derive(Clone)]
pub struct Settings {
    /// Whose bearer tokens are accepted.
    pub identity: Identity,
    /// Finds the file of a `gs://` address.
    pub resolve: Resolve,
    /// Stores the transcripts of batches; without it a batch can only answer inline.
    pub write: Option<Write>,
    /// How many pieces of audio are recognised at once, over all requests.
    pub concurrency: usize,
    /// Where operations are kept, and audio while it is recognised; it is made when it does not exist.
    /// One process at a time may use it.
    pub work_folder: PathBuf,
    /// Where ffmpeg and PocketSphinx are looked for, in the notation of `PATH`; there itself when `None`.
    pub tool_path: Option<OsString>,
    /// The folder of PocketSphinx's `en-us` model; the usual places are searched when `None`.
    pub model_folder: Option<PathBuf>,
    /// The service's limits.
    pub limits: Limits,
}

impl Settings {
    /// Settings with Google's limits and no place for the transcripts of batches.
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

/// The service's limits: <https://cloud.google.com/speech-to-text/v2/quotas>.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest audio of a `:recognize` call.
    pub sync_length: Duration,
    /// Bytes of the audio of a `:recognize` call.
    pub sync_bytes: u64,
    /// Files of one batch.
    pub batch_files: usize,
    /// The longest audio of one file of a batch.
    pub batch_length: Duration,
    /// Operations that run at the same time; the next is refused.
    pub concurrent_batches: usize,
    /// `:recognize` and `:batchRecognize` calls in one minute; no quota when `None`.
    pub requests_per_minute: Option<u32>,
    /// How long one step (a second of decoding, recognising one piece) may take.
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
