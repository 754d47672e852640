//! The platform as a separate process, with its own port and folder.

use std::{
    fs::File,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::support::{eventually, folder};

/// Variables that would replace a part of the platform.
const REPLACEMENTS: [&str; 8] = [
    "ALTA_CONSOLE",
    "DATABASE_URL",
    "PUBSUB_ENDPOINT",
    "STORAGE_ENDPOINT",
    "DOCUMENTAI_ENDPOINT",
    "SPEECH_ENDPOINT",
    "SMTP_HOST",
    "LOG",
];

/// The platform in a process that can be killed and restarted.
pub(crate) struct Running {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    pub(crate) process: Child,
    client: Client,
    token: Option<String>,
}

/// The command `local` with a data folder and a port.
pub(crate) fn local(folder: &TempDir, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    for variable in REPLACEMENTS {
        command.env_remove(variable);
    }
    command.env("ALTA_DATA_DIR", folder.path().join("data")).env("ALTA_PORT", port.to_string());
    command.kill_on_drop(true);
    command
}

/// Finds a free port. Another process may take it before it is used.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

impl Running {
    pub(crate) async fn start() -> Self {
        let (folder, port) = (folder(), free_port());
        let process = spawn(&folder, port);
        let client = Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
        let running = Self { folder, port, process, client, token: None };
        running.is_up().await;
        running
    }

    /// Kills the process with SIGKILL, and starts it again on the same data.
    pub(crate) async fn kill_and_start(&mut self) {
        self.process.kill().await.expect("killed");
        self.start_again().await;
    }

    /// Starts the platform after its process ended.
    pub(crate) async fn start_again(&mut self) {
        self.process = spawn(&self.folder, self.port);
        self.is_up().await;
    }

    async fn is_up(&self) {
        let up = || async {
            let answer = self.request(Method::GET, "/health").send().await;
            answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
        };
        eventually("the platform is up", up).await;
    }

    pub(crate) fn sign_in(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("http://127.0.0.1:{}{path}", self.port));
        let request = request.header("accept", "application/json");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        json(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        json(self.request(Method::POST, path).json(&body)).await
    }
}

impl Drop for Running {
    /// Waits for the database, which outlives a kill for a moment, so that the folder can be deleted.
    fn drop(&mut self) {
        let _ = self.process.start_kill();
        let in_use = self.folder.path().join("data/postgres/postmaster.pid");
        let deadline = Instant::now() + Duration::from_secs(15);
        while Instant::now() < deadline {
            let Ok(pid) = std::fs::read_to_string(&in_use) else { return };
            let pid = pid.lines().next().unwrap_or_default();
            let alive = std::process::Command::new("sh")
                .args(["-c", "kill -0 \"$1\" 2>/dev/null", "sh", pid])
                .status();
            if !alive.is_ok_and(|status| status.success()) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

async fn json(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let (status, body) = (answer.status(), answer.text().await.expect("a body"));
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

fn spawn(folder: &TempDir, port: u16) -> Child {
    // The output is for a person who debugs a failing test. It is deleted with the folder.
    let output =
        File::options().create(true).append(true).open(folder.path().join("output")).expect("a file");
    local(folder, port).arg("run").stdout(output).stdin(Stdio::null()).spawn().expect("the platform")
}
