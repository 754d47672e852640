//! What the stand-in is made with.

use std::{ffi::OsString, path::PathBuf, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use local_engine::{Resolve, Write};
use local_identity::Identity;

/// The addresses and content types of the objects whose `gs://` addresses begin like this, in order.
pub type List = Arc<dyn Fn(&str) -> BoxFuture<'static, Vec<(String, String)>> + Send + Sync>;

/// What the stand-in is made with.
#[derive(Clone)]
pub struct Settings {
    /// Whose bearer tokens are accepted.
    pub identity: Identity,
    /// Finds the file of a `gs://` address.
    pub resolve: Resolve,
    /// Writes what batches read; without it there are no batches.
    pub write: Option<Write>,
    /// Finds the documents of a batch that names a prefix; without it a batch must name each.
    pub list: Option<List>,
    /// How many pages are read at once, over all requests.
    pub concurrency: usize,
    /// The one processor there is (`projects/{}/locations/{}/processors/{}`); any name will do when `None`.
    pub processor: Option<String>,
    /// Where documents that were sent with a request are kept while they are read, and operations for as
    /// long as they can be asked for; it must exist, and with `write` belong to one stand-in alone.
    pub work_folder: PathBuf,
    /// Where tesseract and poppler are looked for, in the notation of `PATH`; there itself when `None`.
    pub tool_path: Option<OsString>,
    /// The service's limits.
    pub limits: Limits,
}

impl Settings {
    /// Settings with Google's limits, any processor and the system's temporary folder.
    #[must_use]
    pub fn new(identity: Identity, resolve: Resolve, concurrency: usize) -> Self {
        Self {
            identity,
            resolve,
            write: None,
            list: None,
            concurrency,
            processor: None,
            work_folder: std::env::temp_dir(),
            tool_path: None,
            limits: Limits::default(),
        }
    }
}

/// The service's limits: <https://cloud.google.com/document-ai/limits>.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Pages in one online request.
    pub pages: usize,
    /// Pages in one online request with `imagelessMode`.
    pub imageless_pages: usize,
    /// Pages of one document in a batch.
    pub batch_pages: usize,
    /// Bytes of one file in an online request.
    pub bytes: u64,
    /// Bytes of one file in a batch.
    pub batch_bytes: u64,
    /// Pixels of one page, as sent or as rendered; larger ones are refused before they are decoded.
    pub pixels: u64,
    /// Online requests in one minute; no quota when `None`.
    pub requests_per_minute: Option<u32>,
    /// Batches that run at once; no quota when `None`.
    pub concurrent_batches: Option<usize>,
    /// How long one step (rendering a page, reading it) may take.
    pub step_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 15,
            imageless_pages: 30,
            batch_pages: 500,
            bytes: 40 << 20,
            batch_bytes: 1 << 30,
            pixels: 100_000_000,
            requests_per_minute: Some(600),
            concurrent_batches: Some(10),
            step_time: Duration::from_secs(120),
        }
    }
}
