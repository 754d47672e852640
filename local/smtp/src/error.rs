//! Errors when starting the server.

use std::{io, net::SocketAddr, path::PathBuf};

/// An error from opening the folder of mails or starting the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of mails cannot be used.
    #[error("the mail folder {path}: {source}")]
    Folder {
        /// The path of the folder.
        path: PathBuf,
        /// The cause of the error.
        source: io::Error,
    },
    /// The server cannot listen on the address.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The configured address.
        address: SocketAddr,
        /// The cause of the error.
        source: io::Error,
    },
    /// The certificate could not be generated.
    #[error("the certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate was rejected.
    #[error("the TLS configuration: {0}")]
    Tls(#[from] rustls::Error),
}
