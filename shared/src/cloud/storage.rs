//! Cloud Storage: signed URLs for browsers, a look at the first bytes of what they uploaded, and the objects that
//! the platform itself reads, writes, lists and deletes.

mod objects;
mod reader;
mod signer;
mod writer;

pub use self::{
    objects::{ComposeError, ListPage, ListedObject, MAX_COMPONENTS, Objects, Written},
    reader::{Head, ObjectReader, ReadError},
    signer::{DOWNLOAD_URL_LIFETIME, Download, Expected, UPLOAD_URL_LIFETIME, Upload, UrlSigner},
    writer::{BrokeOff, ObjectWriter, Pieces},
};
use crate::cloud::google::GoogleSettings;

crate::settings! {
    /// Cloud Storage, and the bucket of uploads.
    pub struct StorageSettings {
        /// The bucket that browsers upload to.
        pub uploads_bucket: String = "UPLOADS_BUCKET",
        /// Where Cloud Storage answers; unset for Google's own.
        pub endpoint: Option<String> = "STORAGE_ENDPOINT",
    }
    with {
        /// Credentials.
        pub google: GoogleSettings,
    }
}

crate::settings! {
    /// Cloud Storage, and the bucket of exports.
    pub struct ExportsSettings {
        /// The bucket that exports are written to.
        pub bucket: String = "EXPORTS_BUCKET",
        /// Where Cloud Storage answers; unset for Google's own.
        pub endpoint: Option<String> = "STORAGE_ENDPOINT",
    }
    with {
        /// Credentials.
        pub google: GoogleSettings,
    }
}

/// Where Cloud Storage answers, and as whom.
#[derive(Clone)]
pub struct StorageApi {
    endpoint: Option<String>,
    google: GoogleSettings,
}

impl From<&StorageApi> for StorageApi {
    fn from(api: &StorageApi) -> Self {
        api.clone()
    }
}

impl From<&StorageSettings> for StorageApi {
    fn from(settings: &StorageSettings) -> Self {
        Self { endpoint: settings.endpoint.clone(), google: settings.google.clone() }
    }
}

impl From<&ExportsSettings> for StorageApi {
    fn from(settings: &ExportsSettings) -> Self {
        Self { endpoint: settings.endpoint.clone(), google: settings.google.clone() }
    }
}
