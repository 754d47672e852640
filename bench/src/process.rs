//! A function in its own process, as in the cloud, and the resources that it uses.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use local_identity::Identity;
use shared::identity::access_token;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{Result, tree};

/// The time limit for a process to answer.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Finds a free port. Another process may take it before it is used.
pub(crate) async fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

/// A process that is killed when this is dropped.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(binary: &Path, port: u16, environment: &[(String, String)]) -> Result<Self> {
        let mut command = Command::new(binary);
        command.env_clear().envs(environment.iter().cloned()).env("PORT", port.to_string());
        Ok(Self(command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?))
    }

    /// Polls `/health/live` until it answers, without a measurable pause.
    pub(crate) async fn answers(&mut self, port: u16, start: Instant) -> Result<()> {
        while start.elapsed() < TIME_LIMIT {
            if let Some(status) = self.0.try_wait()? {
                return Err(format!("the process ended: {status}").into());
            }
            if live(port).await.unwrap_or(false) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        Err("the process did not answer in time".into())
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// CPU time over all threads.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        tree::cpu(self.id())
    }

    /// Resident memory, in KiB (proc(5)).
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        self.kib("VmRSS:")
    }

    /// Peak resident memory, in KiB.
    pub(crate) fn peak_kib(&self) -> Result<u64> {
        self.kib("VmHWM:")
    }

    fn kib(&self, field: &str) -> Result<u64> {
        let status = std::fs::read_to_string(PathBuf::from(format!("/proc/{}/status", self.0.id())))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no such field")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends one plain HTTP/1.1 request, without a client library that would be part of the measurement.
async fn live(port: u16) -> Result<bool> {
    Ok(Connection::open(port).await?.send("GET", "/health/live", "").await? == 200)
}

/// A keep-alive connection for sequential requests.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::new() })
    }

    /// Sends a request and reads the whole response. Returns its status.
    pub(crate) async fn send(&mut self, method: &str, path: &str, body: &str) -> Result<u16> {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection was closed".into());
            }
            let text = String::from_utf8_lossy(&self.answer);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse()? {
                let status = head.split(' ').nth(1).ok_or("no status")?;
                return Ok(status.parse()?);
            }
        }
    }
}

/// The minimal environment of every function. The services that it names need not run.
pub(crate) fn environment() -> Result<Vec<(String, String)>> {
    let signing_key = access_token::generate_key()?;
    let variables = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing".to_owned()),
        ("PUBSUB_PROJECT", "bench".into()),
        ("UPLOADS_BUCKET", "bench-uploads".into()),
        ("RESULTS_BUCKET", "bench-results".into()),
        ("EXPORTS_BUCKET", "bench-exports".into()),
        ("GOOGLE_SERVICE_ACCOUNT_KEY", Identity::generate("https://accounts.bench")?.key_json()),
        ("ACCESS_TOKEN_ISSUER", "https://api.bench".into()),
        ("ACCESS_TOKEN_JWKS", access_token::public_jwks(&signing_key)?),
        ("ACCESS_TOKEN_SIGNING_KEY", signing_key),
        ("REFRESH_TOKEN_KEY", STANDARD.encode([1; 32])),
        ("MAIL_TOKEN_KEYS", format!("k1:{}", STANDARD.encode([2; 32]))),
        ("AUDIT_SEAL_KEY", STANDARD.encode([3; 32])),
        ("CURSOR_KEYS", format!("k1:{}", STANDARD.encode([4; 32]))),
        ("PASSKEY_RP_ID", "app.bench.example".into()),
        ("PASSKEY_ORIGINS", "https://app.bench.example".into()),
        ("PUSH_AUDIENCE", "bench".into()),
        ("PUSH_SERVICE_ACCOUNT", "bench@bench.iam.gserviceaccount.com".into()),
        ("DOCUMENTAI_PROCESSOR", "projects/bench/locations/eu/processors/1".into()),
        ("SPEECH_RECOGNIZER", "projects/bench/locations/eu/recognizers/_".into()),
        // The stand-ins answer at once, so that only the platform is measured.
        ("DOCUMENTAI_CALLS_PER_MINUTE", "1000000".into()),
        ("SPEECH_CALLS_PER_MINUTE", "1000000".into()),
        ("SPEECH_BATCHES_PER_MINUTE", "1000000".into()),
        ("MAIL_FROM", "Alta Data <no-reply@bench.example>".into()),
        ("FRONTEND_URL", "https://app.bench.example".into()),
        ("SMTP_HOST", "127.0.0.1".into()),
        ("LOG", "error".into()),
    ];
    Ok(variables.map(|(name, value)| (name.to_owned(), value)).into())
}
