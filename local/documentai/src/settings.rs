//! The configuration of the stand-in.

use std::{ffi::OsString, path::PathBuf, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use local_engine::{Resolve, Write};
use local_identity::Identity;

/// Lists the URIs and content types of the objects whose `gs://` URI starts with a prefix, in order.
pub type List = Arc<dyn Fn(&str) -> BoxFuture<'static, Vec<(String, String)>> + Send + Sync>;

/// The versions of the OCR processor in `eu` and `us`, and the aliases of two of them
/// (<https://cloud.google.com/document-ai/docs/manage-processor-versions>).
const VERSIONS: [&str; 5] = [
    "pretrained-ocr-v1.2-2022-11-10",
    "pretrained-ocr-v2.0-2023-06-02",
    "pretrained-ocr-v2.1-2024-08-07",
    "stable",
    "rc",
];

/// The configuration of the stand-in.
#[derive(Clone)]
pub struct Settings {
    /// The identity whose bearer tokens are accepted.
    pub identity: Identity,
    /// Returns the file of a `gs://` URI.
    pub resolve: Resolve,
    /// Writes the output of batches. Without it, batches are not supported.
    pub write: Option<Write>,
    /// Lists the documents below a prefix. Without it, a batch must name each document.
    pub list: Option<List>,
    /// The number of pages that are read at the same time, over all requests.
    pub concurrency: usize,
    /// The only processor (`projects/{}/locations/{}/processors/{}`). `None` accepts any name.
    pub processor: Option<String>,
    /// The ids of the processor's versions. Another version does not exist.
    pub versions: Vec<String>,
    /// The folder for documents from requests, while they are read, and for operations. It must exist. With
    /// `write`, only one stand-in may use it.
    pub work_folder: PathBuf,
    /// The search path for Tesseract and Poppler in the format of `PATH`. `None` uses `PATH`.
    pub tool_path: Option<OsString>,
    /// The limits of the service.
    pub limits: Limits,
}

impl Settings {
    /// Creates settings with Google's limits and versions, any processor name and the system's temporary folder.
    #[must_use]
    pub fn new(identity: Identity, resolve: Resolve, concurrency: usize) -> Self {
        Self {
            identity,
            resolve,
            write: None,
            list: None,
            concurrency,
            processor: None,
            versions: VERSIONS.map(str::to_owned).into(),
            work_folder: std::env::temp_dir(),
            tool_path: None,
            limits: Limits::default(),
        }
    }
}

/// The limits of the service (<https://cloud.google.com/document-ai/limits>), and the quotas of a new project in `eu`
/// (<https://cloud.google.com/document-ai/quotas>).
#[derive(Clone, Debug)]
pub struct Limits {
    /// The number of pages in an online request.
    pub pages: usize,
    /// The number of pages in an online request with `imagelessMode`.
    pub imageless_pages: usize,
    /// The number of pages of one document in a batch.
    pub batch_pages: usize,
    /// The size of a file in an online request, in bytes.
    pub bytes: u64,
    /// The size of a file in a batch, in bytes.
    pub batch_bytes: u64,
    /// The number of pixels of a page, as received or rendered. Larger pages are rejected before decoding.
    pub pixels: u64,
    /// The number of online requests per minute. `None` means no quota.
    pub requests_per_minute: Option<u32>,
    /// The number of batches running at the same time. `None` means no quota.
    pub concurrent_batches: Option<usize>,
    /// The time limit of one step, such as rendering or recognizing a page. A page that takes longer is too large.
    pub step_time: Duration,
    /// The memory limit of one step, in bytes of address space. A page that needs more is too large.
    pub step_memory: u64,
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
            concurrent_batches: Some(5),
            step_time: Duration::from_secs(60),
            step_memory: 1 << 30,
        }
    }
}
