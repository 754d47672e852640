//! Why the server could not be started.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why the server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of mails cannot be used.
    #[error("the mail folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What went wrong.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("the certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate was not accepted.
    #[error("the TLS configuration: {0}")]
    Tls(#[from] rustls::Error),
}
