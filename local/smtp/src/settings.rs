//! The configuration of the server.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The configuration of the server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder for mails, created if it does not exist.
    pub data_dir: PathBuf,
    /// The address to listen on. Port 0 selects a free port.
    pub listen: SocketAddr,
    /// The login required to send, over TLS only. `None` lets anyone send without a login.
    pub credentials: Option<Credentials>,
    /// Limits on mails and connections.
    pub limits: Limits,
}

impl Settings {
    /// Creates settings with default limits.
    #[must_use]
    pub fn new(data_dir: PathBuf, listen: SocketAddr, credentials: Option<Credentials>) -> Self {
        Self { data_dir, listen, credentials, limits: Limits::default() }
    }
}

/// The login that senders must use.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name of the sender.
    pub username: String,
    /// The password of the sender.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Limits on mails and connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The size of a mail in bytes.
    pub message_bytes: usize,
    /// The number of concurrent connections.
    pub connections: usize,
    /// The time to wait for one line, and to receive a whole mail.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message_bytes: 10 << 20, connections: 64, timeout: Duration::from_secs(60) }
    }
}
