//! A Redis server that is started for one test, and can be killed and restarted.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use super::eventually;

/// The names of the files of a server with TLS, in its folder.
const CERTIFICATE: &str = "server.pem";
const KEY: &str = "server.key";

/// A `redis-server` process on a free port. It ends with the test.
pub struct RedisServer {
    port: u16,
    process: Child,
    data: TempDir,
    /// The password of a server that requires TLS and a password.
    password: Option<String>,
}

impl RedisServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When the program is missing or does not respond.
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), None).await
    }

    /// Starts a server that requires TLS and a password, as Memorystore does. It identifies itself with a certificate
    /// and its key (PEM).
    ///
    /// # Panics
    /// When the program is missing or does not respond.
    pub async fn start_with_tls(certificate: &str, key: &str, password: &str) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(data.path().join(CERTIFICATE), certificate).expect("a file");
        std::fs::write(data.path().join(KEY), key).expect("a file");
        Self::start_in(data, Some(password.to_owned())).await
    }

    async fn start_in(data: TempDir, password: Option<String>) -> Self {
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            drop(listener);
            // Another test may have taken the port in the meantime, in which case the loop tries the next one.
            if let Some(process) = launch(port, &data, password.as_deref()).await {
                return Self { port, process, data, password };
            }
        }
    }

    /// Returns the URL, for `REDIS_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.password {
            Some(password) => format!("rediss://:{password}@127.0.0.1:{}", self.port),
            None => format!("redis://127.0.0.1:{}", self.port),
        }
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
        let process = launch(self.port, &self.data, self.password.as_deref()).await;
        self.process = process.expect("a free port");
    }
}

/// Starts the program. Returns `None` if it exits at once because the port is taken.
async fn launch(port: u16, data: &TempDir, password: Option<&str>) -> Option<Child> {
    let mut command = Command::new("redis-server");
    let number = port.to_string();
    match password {
        Some(password) => command
            .args([
                "--port",
                "0",
                "--tls-port",
                &number,
                "--requirepass",
                password,
                "--tls-auth-clients",
                "no",
            ])
            .arg("--tls-cert-file")
            .arg(data.path().join(CERTIFICATE))
            .arg("--tls-key-file")
            .arg(data.path().join(KEY))
            .arg("--tls-ca-cert-file")
            .arg(data.path().join(CERTIFICATE)),
        None => command.args(["--port", &number]),
    };
    let mut process = command
        .args(["--bind", "127.0.0.1"])
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
