//! Cloud Storage: signed URLs for browsers, a look at the first bytes of what they uploaded, and the objects that
//! the platform itself reads, lists and deletes.

mod objects;
mod reader;
mod signer;

pub use self::{
    objects::{ListPage, ListedObject, Objects},
    reader::{Head, ObjectReader, ReadError},
    signer::{DOWNLOAD_URL_LIFETIME, Download, Expected, UPLOAD_URL_LIFETIME, Upload, UrlSigner},
};
use crate::google::GoogleSettings;

crate::settings! {
    /// Cloud Storage.
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
