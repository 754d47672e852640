//! A Redis server of its own for a test, which can be killed and restarted.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use super::eventually;

/// A `redis-server` process on a free port. It ends with the test.
pub struct RedisServer {
    port: u16,
    process: Child,
    data: TempDir,
}

impl RedisServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When the program is missing or does not respond.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            drop(listener);
            // Another test may have taken the port in the meantime, in which case the loop tries the next one.
            if let Some(process) = launch(port, &data).await {
                return Self { port, process, data };
            }
        }
    }

    /// Returns the URL, for `REDIS_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills the server as in a crash. Its data is lost.
    ///
    /// # Panics
    /// When the process cannot be killed.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("a killed process");
    }

    /// Restarts the server on the same port.
    ///
    /// # Panics
    /// When it does not respond.
    pub async fn restart(&mut self) {
        self.process = launch(self.port, &self.data).await.expect("a free port");
    }
}

/// Starts the program. Returns `None` if it exits at once because the port is taken.
async fn launch(port: u16, data: &TempDir) -> Option<Child> {
    let mut process = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(data.path())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server, which `local/packages test` installs");
    eventually("Redis to listen", async || {
        if process.try_wait().expect("a process").is_some() {
            return Some(None);
        }
        TcpStream::connect(("127.0.0.1", port)).await.is_ok().then_some(Some(()))
    })
    .await
    .map(|()| process)
}
