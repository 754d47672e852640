//! What the server is made with.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// What the server is made with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where mails are kept; made if it does not exist.
    pub data_dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may send, over TLS; anybody without login when `None`.
    pub credentials: Option<Credentials>,
    /// What is too much.
    pub limits: Limits,
}

impl Settings {
    /// Settings with the usual limits.
    #[must_use]
    pub fn new(data_dir: PathBuf, listen: SocketAddr, credentials: Option<Credentials>) -> Self {
        Self { data_dir, listen, credentials, limits: Limits::default() }
    }
}

/// A login.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// What is too much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one mail.
    pub message_bytes: usize,
    /// Connections at a time.
    pub connections: usize,
    /// How long a client may take for one line, and for the whole of a mail.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message_bytes: 10 << 20, connections: 64, patience: Duration::from_secs(60) }
    }
}
