//! A Redis of a test's own, that can be killed and started again.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use super::eventually;

/// A `redis-server` on a free port; it ends with the test.
pub struct RedisServer {
    port: u16,
    process: Child,
    data: TempDir,
}

impl RedisServer {
    /// Starts one.
    ///
    /// # Panics
    /// When the program is missing or does not answer.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            drop(listener);
            // Another test may have got the port in the meantime: then it is another one's turn.
            if let Some(process) = launch(port, &data).await {
                return Self { port, process, data };
            }
        }
    }

    /// For `REDIS_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it as a crash would; what it held is lost.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("an end");
    }

    /// Starts it again on the same port.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn restart(&mut self) {
        self.process = launch(self.port, &self.data).await.expect("the port again");
    }
}

/// `None` when the server ended at once, since its port is taken.
async fn launch(port: u16, data: &TempDir) -> Option<Child> {
    let mut process = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(data.path())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server, which `local/packages test` installs");
    eventually("a Redis that listens", async || {
        if process.try_wait().expect("a process").is_some() {
            return Some(None);
        }
        TcpStream::connect(("127.0.0.1", port)).await.is_ok().then_some(Some(()))
    })
    .await
    .map(|()| process)
}
