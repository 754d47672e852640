//! Credentials for Google Cloud: the function's own service account, or a service account key.

use google_cloud_auth::{
    credentials::{Builder, Credentials, service_account},
    signer::Signer,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::base::config::Error;

crate::settings! {
    /// Google Cloud credentials.
    pub struct GoogleSettings {
        /// A service account key (JSON). If unset, the function's own service account is used, as on Google Cloud.
        pub service_account_key: Option<SecretString> = "GOOGLE_SERVICE_ACCOUNT_KEY",
    }
}

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

impl GoogleSettings {
    /// Returns credentials for Google's APIs.
    ///
    /// # Errors
    /// If the key cannot be parsed, or no account is found.
    pub fn credentials(&self) -> Result<Credentials, Error> {
        let built = match self.key()? {
            Some(key) => service_account::Builder::new(key)
                .with_access_specifier(service_account::AccessSpecifier::from_scopes([SCOPE]))
                .build(),
            None => Builder::default().build(),
        };
        built.map_err(invalid)
    }

    /// Returns a signer of URLs, which uses the key or IAM's `signBlob`.
    ///
    /// # Errors
    /// If the key cannot be parsed, or no account is found.
    pub fn signer(&self) -> Result<Signer, Error> {
        let built = match self.key()? {
            Some(key) => service_account::Builder::new(key).build_signer(),
            None => Builder::default().build_signer(),
        };
        built.map_err(invalid)
    }

    /// Checks the syntax of the key, if there is one, without building a client.
    ///
    /// # Errors
    /// If the key is not JSON.
    pub fn check(&self) -> Result<(), Error> {
        self.key().map(|_| ())
    }

    fn key(&self) -> Result<Option<serde_json::Value>, Error> {
        let key = self.service_account_key.as_ref();
        key.map(|key| serde_json::from_str(key.expose_secret())).transpose().map_err(invalid)
    }
}

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::of("GOOGLE_SERVICE_ACCOUNT_KEY", error)
}
