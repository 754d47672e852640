//! The limit: `bench/limit`, one process for each query.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;
use uuid::Uuid;

use super::load::Target;
use crate::{
    Result, instance,
    process::{Process, free_port},
    tree::Tree,
};

/// The start of a P-256 public key in DER (RFC 5480), before its coordinates.
const P256: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// A process that verifies the token, runs one query and returns its JSON.
pub(crate) struct Limit {
    process: Process,
    port: u16,
    _folder: TempDir,
}

impl Limit {
    /// Starts the process with a query that has one UUID as its parameter and one JSON value as its result.
    pub(crate) async fn start(database_url: &str, jwks: &str, sql: &str, id: Uuid) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let key = folder.path().join("key.pem");
        std::fs::write(&key, pem(jwks)?)?;
        let port = free_port().await?;
        let environment = [
            ("DATABASE_URL", database_url),
            ("SQL", sql),
            ("ID", &id.to_string()),
            // As many connections as one of our instances has.
            ("POOL", "4"),
            ("JWT_PUBLIC", path(&key)?),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let process = Process::start(&instance::binary("limit")?, port, &environment)?;
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if start.elapsed() > Duration::from_secs(10) {
                return Err("bench/limit did not start".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self { process, port, _folder: folder })
    }

    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Target {
        Target::get(&[Tree(self.process.id())], format!("http://127.0.0.1:{}{path}", self.port), token)
    }
}

fn path(path: &Path) -> Result<&str> {
    Ok(path.to_str().ok_or("a path that is not text")?)
}

/// The public key of a set with one key, in PEM.
fn pem(jwks: &str) -> Result<String> {
    let set: Value = serde_json::from_str(jwks)?;
    let mut der = P256.to_vec();
    for coordinate in ["x", "y"] {
        let value = set["keys"][0][coordinate].as_str().ok_or("no coordinate")?;
        der.extend(URL_SAFE_NO_PAD.decode(value)?);
    }
    Ok(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der)))
}
