//! The peer: `bench/peer`, with its database server, which the other two use as well.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use sqlx::PgPool;
use tempfile::TempDir;

use super::load::Target;
use crate::{Result, process::free_port, tree::Tree};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peer");
/// The boundary of the multipart form that uploads a file of 10 kB.
const BOUNDARY: &str = "b0undary";
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The running peer. It stops when this is dropped.
pub(crate) struct Peer {
    folder: TempDir,
    port: u16,
    postgres_port: u16,
    pub(crate) app: Tree,
    pub(crate) worker: Tree,
    pub(crate) db: PgPool,
    /// The token of an admin of every project.
    pub(crate) lead: String,
    /// The token of a super admin.
    pub(crate) admin: String,
}

impl Peer {
    pub(crate) async fn start(documents: i64, workers: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bench-peer-").tempdir_in("/tmp")?;
        // The database server's user must be able to enter it.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let (port, postgres_port, redis_port) = (free_port().await?, free_port().await?, free_port().await?);
        let mut start = Command::new(Path::new(FOLDER).join("start"));
        start.env("PEER_DIR", folder.path()).env("WORKERS", workers.to_string());
        for (name, value) in [("PORT", port), ("PG_PORT", postgres_port), ("REDIS_PORT", redis_port)] {
            start.env(name, value.to_string());
        }
        start.env("DOCUMENTS", documents.to_string());
        if !start.stdout(Stdio::null()).status()?.success() {
            return Err(
                "bench/peer/start failed (it needs root, Python 3.11 or later, and PostgreSQL 15)".into()
            );
        }
        let pid = |name: &str| -> Result<Tree> {
            let file = folder.path().join("run").join(format!("{name}.pid"));
            Ok(Tree(std::fs::read_to_string(file)?.trim().parse()?))
        };
        let (app, worker) = (pid("app")?, pid("worker")?);
        let db = PgPool::connect(&format!("postgres://postgres@127.0.0.1:{postgres_port}/alta")).await?;
        let mut peer =
            Self { folder, port, postgres_port, app, worker, db, lead: String::new(), admin: String::new() };
        peer.lead = peer.sign_in("lead@example.com").await?;
        peer.admin = peer.sign_in("admin@example.com").await?;
        Ok(peer)
    }

    /// Creates an empty database on the peer's server. Returns its URL.
    pub(crate) async fn database(&self, name: &'static str) -> Result<String> {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&self.db).await?;
        Ok(self.database_url(name))
    }

    /// The URL of a database on the peer's server.
    pub(crate) fn database_url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.postgres_port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The sign-in of the lead.
    pub(crate) fn login(&self) -> Target {
        let form = "username=lead%40example.com&password=correct-horse-battery";
        let body = ("application/x-www-form-urlencoded", form.to_owned());
        Target::post(&[self.app], self.url("/auth/login"), None, body)
    }

    /// The upload of a document.
    pub(crate) fn upload(&self) -> Target {
        let field = |name: &str, value: &str| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"scan.pdf\"\r\n\
             Content-Type: application/pdf\r\n\r\n{}\r\n--{BOUNDARY}--\r\n",
            "x".repeat(10_000)
        );
        let body = format!("{}{}{file}", field("project_id", "1"), field("domain", "law"));
        let content_type = "multipart/form-data; boundary=b0undary";
        Target::post(&[self.app], self.url("/documents"), Some(&self.lead), (content_type, body))
    }

    /// Waits until the worker has processed all but `floor` documents. Returns the time it takes.
    pub(crate) async fn drain(&self, floor: i64) -> Result<Duration> {
        let start = Instant::now();
        while self.unprocessed().await? > floor {
            if start.elapsed() > TIME_LIMIT {
                return Err("the peer's worker did not finish".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(start.elapsed())
    }

    pub(crate) async fn unprocessed(&self) -> Result<i64> {
        let drafts = "select count(*) from documents where project_id = 1 and status = 'draft'";
        Ok(sqlx::query_scalar(drafts).fetch_one(&self.db).await?)
    }

    /// The time from the start of another server to its first answer.
    pub(crate) async fn cold_start(&self) -> Result<Duration> {
        let port = free_port().await?;
        let start = Instant::now();
        let mut command = Command::new("setsid");
        command.arg(Path::new(FOLDER).join("serve")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process =
            command.env("PORT", port.to_string()).env("PEER_DIR", self.folder.path()).spawn()?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        let took = loop {
            let answer = client.get(format!("http://127.0.0.1:{port}/health")).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break Ok(start.elapsed());
            }
            if start.elapsed() > TIME_LIMIT {
                break Err("the peer did not start".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        Tree(process.id()).signal("TERM")?;
        process.wait()?;
        took
    }

    async fn sign_in(&self, email: &str) -> Result<String> {
        let form = [("username", email), ("password", "correct-horse-battery")];
        let client = reqwest::Client::builder().no_proxy().build()?;
        let body = form.map(|(name, value)| format!("{name}={}", value.replace('@', "%40"))).join("&");
        let request = client.post(self.url("/auth/login"));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(answer["access_token"].as_str().ok_or("no token")?.to_owned())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let folder: PathBuf = self.folder.path().to_owned();
        let _ = Command::new(Path::new(FOLDER).join("stop")).env("PEER_DIR", folder).status();
    }
}
