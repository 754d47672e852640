//! Cloud Storage: signs URLs for browsers, reads the first bytes of uploads, and reads, writes, lists and deletes
//! objects.

mod objects;
mod reader;
mod signer;
mod writer;

use std::time::Duration;

use google_cloud_gax::retry_policy::RetryPolicyExt as _;
use google_cloud_storage::{client::Storage, retry_policy::RetryableErrors};

pub use self::{
    objects::{ComposeError, ListPage, ListedObject, MAX_COMPONENTS, Objects, Written},
    reader::{Head, ObjectReader, ReadError},
    signer::{DOWNLOAD_URL_LIFETIME, Download, Expected, UPLOAD_URL_LIFETIME, Upload, UrlSigner},
    writer::{Interrupted, ObjectWriter, Pieces},
};
use crate::{base::config::Error, cloud::google::GoogleSettings};

crate::settings! {
    /// Cloud Storage and the uploads bucket.
    pub struct StorageSettings {
        /// The bucket that browsers upload to.
        pub uploads_bucket: String = "UPLOADS_BUCKET",
        /// The Cloud Storage endpoint. If unset, Google's endpoint is used.
        pub endpoint: Option<String> = "STORAGE_ENDPOINT",
    }
    with {
        /// The Google Cloud credentials.
        pub google: GoogleSettings,
    }
}

crate::settings! {
    /// Cloud Storage and the exports bucket.
    pub struct ExportsSettings {
        /// The bucket that project exports are written to.
        pub bucket: String = "EXPORTS_BUCKET",
        /// The Cloud Storage endpoint. If unset, Google's endpoint is used.
        pub endpoint: Option<String> = "STORAGE_ENDPOINT",
    }
    with {
        /// The Google Cloud credentials.
        pub google: GoogleSettings,
    }
}

/// The endpoint and the credentials of Cloud Storage.
#[derive(Clone)]
pub struct StorageApi {
    endpoint: Option<String>,
    google: GoogleSettings,
}

impl StorageApi {
    /// Builds the official client. It retries a few times within one delivery. After that, Pub/Sub delivers again.
    async fn client(self, time_limit: Duration) -> Result<Storage, Error> {
        let mut builder = Storage::builder().with_credentials(self.google.credentials()?);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let builder =
            builder.with_retry_policy(RetryableErrors.with_attempt_limit(3).with_time_limit(time_limit));
        builder.build().await.map_err(|error| Error::of("STORAGE_ENDPOINT", error))
    }
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
